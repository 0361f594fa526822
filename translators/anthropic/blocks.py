"""The parts of an answer while they wait for their turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Literal

from translators.arguments import Scanner

type ProseKind = Literal["text", "thinking"]


@dataclass(slots=True)
class Prose:
    """A text or thinking block. One that has its signature is done: what follows belongs to the next."""

    kind: ProseKind
    unsent: list[str] = field(default_factory=list)
    signature: str = ""
    opened: bool = False
    ready: ClassVar[bool] = True  # it ends when something else begins


@dataclass(slots=True)
class Call:
    """A tool call. The first `sent` of its pieces were given to the client, which shows that it is opened."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    size: int = 0  # characters in all pieces
    sent: int = 0
    scanner: Scanner = field(default_factory=Scanner)
    closed: bool = False

    @property
    def opened(self) -> bool:
        return self.sent > 0

    @property
    def ready(self) -> bool:
        """Whether nothing more is needed, so that what comes next may have its turn."""
        return bool(self.name) and self.scanner.complete and not self.scanner.trailing

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.size += len(text)
        self.scanner.feed(text)

    def unsent(self) -> tuple[int, str]:
        """What was not given out yet, and how many characters it was as received. From now on it counts as given."""
        text = "".join(self.pieces[self.sent :])
        # Parsers of partial JSON, such as the official SDK's, refuse white space before any value.
        given = text if self.opened else text.lstrip()
        self.sent = len(self.pieces)
        return len(text), given

    def arguments(self) -> str:
        return "".join(self.pieces)

    def in_words(self) -> str:
        """For the client to read in place of a call that cannot be made."""
        of = f"the tool `{self.name}`" if self.name else "a tool that it did not name"
        why = "its arguments were cut off or are not valid JSON, so it was not run. They were:"
        return f"[The model called {of}, but {why}]\n{self.arguments()}"


class Ids:
    """Ids of tool calls: the provider's own where it can stand, since some want it back unchanged; else made up.

    Kimi's `functions.Bash:0` holds characters that Anthropic's own ids do not; clients take it for what it is.
    """

    _LONGEST = 64

    def __init__(self, message_id: str) -> None:
        self._message_id = message_id
        self._used: set[str] = set()
        self._made = 0

    def take(self, given: str) -> str:
        chosen = given if self._can_stand(given) else self._make()
        self._used.add(chosen)
        return chosen

    def _can_stand(self, given: str) -> bool:
        if not given or len(given) > self._LONGEST or given in self._used:
            return False
        return given.isascii() and given.isprintable() and " " not in given

    def _make(self) -> str:
        self._made += 1
        return "toolu_" + sha256(f"{self._message_id}:{self._made}".encode()).hexdigest()[:24]
