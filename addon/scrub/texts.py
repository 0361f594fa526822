"""What of a text must not be shared, replaced sign by sign: as long as before, in characters and in bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from addon.export.prose import is_name
from addon.inspect.written import parsed
from addon.routing.shapes import as_dict, as_str
from translators.redact import SHORTEST_SECRET, blanked

MASK: Final = "*"

# The bounds here keep the time linear in a text of a megabyte without a space, such as a picture's.
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_HOME: Final = re.compile(r"(?:(?<=/home/)|(?<=/Users/)|(?<=\\Users\\)|(?<=-home-)|(?<=-Users-))[^\s/\\\"'`:;,()<>\[\]{}|*-]+")
# `"password": "…"`, `TOKEN=…` within a text; with a digit, as a word of code or of prose has none.
_ASSIGNED: Final = re.compile(
    r"""((?:password|passwd|secret|token|api[_-]?key)["']?\s{0,3}[:=]\s{0,3}["']?)((?=[^\s"',;&]{0,200}\d)[^\s"',;&]{6,})""",
    re.IGNORECASE,
)
_GIT_USER: Final = re.compile(r"^(?:Git user|user\.name)[:=] ?(.{3,80})$", re.MULTILINE)
_USER_ID: Final = re.compile(r"user_([0-9a-zA-Z]+)_account_([0-9a-zA-Z-]*)_session_")
# Words that a home folder may be called by, and that mean something else in most texts.
_COMMON: Final = frozenset(
    """
    user users home root admin developer work code test demo guest ubuntu debian node runner vscode shared public claude sandbox
    project workspace
    """.split()  # noqa: SIM905 - one word a line would be a page
)
_SHORTEST_NAME: Final = 4
_SHORTEST_TOLD: Final = 12
# What the filler leaves: white space, and the marks by which JSON, paths and lines are still seen as such.
_LEFT: Final = frozenset(' \t\r\n{}[]":,\\/')


class Identities:
    """Who the user is, learned from the recording itself: ids, e-mail addresses, names. Each is then found in every text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.secrets = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        self.names: set[str] = set()

    def learn_secret(self, text: str) -> None:
        """What stands where a secret does, if it looks like one: it may come again elsewhere."""
        if len(text) >= _SHORTEST_TOLD and any(sign.isdigit() for sign in text) and not any(map(str.isspace, text)):
            self.secrets.add(text)

    def learn_text(self, text: str) -> None:
        self.secrets.update(found for found in _EMAIL.findall(text) if len(found) >= SHORTEST_SECRET)
        self.names.update(name for name in _HOME.findall(text) if _is_telling(name))
        self.names.update(name.strip() for name in _GIT_USER.findall(text) if _is_telling(name.strip()))

    def learn_user_id(self, text: str) -> None:
        """The `user_id` of a request's metadata: JSON today, three ids in a row before. The session's id tells nobody."""
        about = as_dict(parsed(text)) if text.startswith("{") else {}
        ids = [as_str(value) for name, value in about.items() if name != "session_id"]
        if match := _USER_ID.match(text):
            ids += match.groups()
        elif not about:
            ids.append(text.partition("_session_")[0])
        self.secrets.update(each for each in ids if len(each) >= SHORTEST_SECRET)


def _is_telling(name: str) -> bool:
    return len(name) >= _SHORTEST_NAME and name.lower() not in _COMMON


class Scrubber:
    """Replaces texts. With `prose`, whatever people, models and tools said becomes filler."""

    def __init__(self, identities: Identities, *, prose: bool) -> None:
        self.prose = prose
        self._secrets = tuple(sorted(identities.secrets, key=len, reverse=True))
        names = "|".join(map(re.escape, sorted(identities.names, key=len, reverse=True)))
        self._names = re.compile(rf"(?<![^\W_])(?:{names})(?![^\W_])", re.IGNORECASE) if names else None

    def safe(self, text: str) -> str:
        """Without secrets and without what tells who the user is."""
        for secret in self._secrets:
            text = text.replace(secret, mask(secret))
        text = blanked(text)
        text = _ASSIGNED.sub(lambda found: found[1] + mask(found[2]), text)
        text = _HOME.sub(_masked, _EMAIL.sub(_masked, text))
        return self._names.sub(_masked, text) if self._names else text

    def value(self, text: str, key: str, *, free: bool) -> str:
        """A string that is the value of `key`; `free`: within what a tool was given, where no name is ours."""
        if not self.prose or key == "user_id" or is_name(text, key, free=free):
            return self.safe(text)
        return filler(text)

    def words(self, text: str) -> str:
        """A text that is nobody's field."""
        return filler(text) if self.prose else self.safe(text)


def filler(text: str) -> str:
    return "".join(map(_filling, text))


@lru_cache(maxsize=4096)
def _filling(sign: str) -> str:
    if sign in _LEFT or sign.isspace():
        return sign
    size = len(sign.encode(errors="surrogatepass"))
    return ("x", "ä", "字", "🦆")[size - 1]


def _masked(match: re.Match[str]) -> str:
    return mask(match[0])


def mask(text: str) -> str:
    """As long, in characters and in bytes."""
    return "".join(MASK if sign < "\x80" else _filling(sign) for sign in text)
