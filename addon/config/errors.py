"""What is wrong with a configuration, said so that it can be put right.

Problem        one thing that is wrong: where, what, and what to do
ConfigError    one or more of them
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_AS_CLOSE = 0.1
"""A word is suggested beside the closest one if its likeness, from 0 to 1, is no more than this below."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`key` is the key's path as it was written, `what` quotes values in backticks and never quotes a credential.

    `line` and `column` count from 1; None where they are not known.
    """

    what: str
    hint: str = ""
    key: str = ""
    line: int | None = None
    column: int | None = None

    def text(self, source: str) -> str:
        place = ":".join(str(part) for part in (source, self.line, self.column) if part is not None)
        said = f"{place}: {self.key}: {self.what}" if self.key else f"{place}: {self.what}"
        return f"{said}\nhint: {self.hint}" if self.hint else said


class ConfigError(ValueError):
    """The configuration cannot be used. `source` is the file (or where else it came from); `problems` has at least one."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.text(source) for problem in problems))
        self.source = source
        self.problems = tuple(problems)


def closest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> list[str]:
    """Up to three of the known words that look most like this one, the best first; letter case does not count."""
    alike = {name: difflib.SequenceMatcher(None, word.lower(), name.lower()).ratio() for name in known}
    least = max([cutoff, *(ratio - _AS_CLOSE for ratio in alike.values())])
    return sorted((name for name, ratio in alike.items() if ratio >= least), key=lambda name: -alike[name])[:3]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint: the closest known words, or all of them if none is close."""
    if near := closest(word, known):
        return f"did you mean {either(near)}?"
    return f"known are {listed(known)}" if known else ""


def listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def either(words: Sequence[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
