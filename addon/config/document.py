"""One configuration file as it was written: its tree, where each key stands, and how to talk about both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from addon.config.errors import ConfigError, Problem

type Path = tuple[str | int, ...]

QUOTED_AT_MOST = 60
"""Characters of a value that a message quotes."""

_SECRET = re.compile(r"(key|keys|secret|password|authorization|credentials|headers)$")
_USERINFO = re.compile(r"//[^/@\s]+@")
_KEY_IN_QUERY = re.compile(r"(?i)([?&;][^=&\s]*(?:key|auth|token|secret|password)[^=&\s]*=)[^&\s]+")


def normal(key: str) -> str:
    """A key with letter case and separators taken out: `API_BASE_URL`, `apiBaseUrl` and `api-base-url` are one key."""
    return re.sub(r"[_\-\s]", "", key).lower()


def is_secret(path: Path) -> bool:
    """Whether the value at this path is, or lies within, something that holds credentials."""
    return any(isinstance(part, str) and _SECRET.search(normal(part)) for part in path)


@dataclass(frozen=True, slots=True)
class Document:
    """`places` are (line, column) by path, both counted from 1; empty for JSON, whose parsers do not tell them."""

    source: str
    text: str = field(repr=False)
    tree: dict[str, Any] = field(repr=False)
    places: Mapping[Path, tuple[int, int]] = field(default_factory=dict, repr=False)

    def value(self, path: Path) -> Any:
        """What was written there, variables not replaced; None where nothing was."""
        at: Any = self.tree
        for part in path:
            try:
                at = at[part]
            except (KeyError, IndexError, TypeError):
                return None
        return at

    def quote(self, path: Path) -> str:
        """The value as it was written, in backticks, or what kind of value it is; never a credential."""
        match self.value(path):
            case dict():
                return "a mapping"
            case list():
                return "a list"
            case _ if is_secret(path):
                return "the value (not shown)"
            case value:
                return f"`{_short(_KEY_IN_QUERY.sub(r'\1…', _USERINFO.sub('//…@', _plain(value))))}`"

    def show(self, path: Path) -> str:
        """The path as people write it; a provider goes by its name, not by its number."""
        shown = ""
        for end, part in enumerate(path, start=1):
            if end == 1 and normal(str(part)) == "providers":
                shown = "providers"
            elif isinstance(part, str):
                shown += f".{part}" if shown else part
            else:
                name = _name_of(self.value(path[:end]))
                shown += f".{name}" if name else f"[{part}]"
        return shown

    def place(self, path: Path) -> tuple[int | None, int | None]:
        """Line and column of the deepest key on the path whose place is known."""
        for end in range(len(path), 0, -1):
            if found := self.places.get(path[:end]) or self._only_mention(path[end - 1]):
                return found
        return None, None

    def _only_mention(self, key: str | int) -> tuple[int, int] | None:
        """Where a key stands in JSON text, if there is just one place where it can stand."""
        if self.places or not isinstance(key, str):
            return None
        found = list(re.finditer(rf"(?<![\w$])([\"']?){re.escape(key)}\1\s*:", self.text))
        if len(found) != 1:
            return None
        before = self.text[: found[0].start()]
        return before.count("\n") + 1, len(before) - before.rfind("\n")


class Findings:
    """What reading one document brings up: problems, which stop it, and warnings, which do not."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def problem(self, path: Path, what: str, hint: str = "") -> None:
        line, column = self.document.place(path)
        self.problems.append(Problem(what, hint, self.document.show(path), line, column))

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def stop_if_any(self) -> None:
        if self.problems:
            raise ConfigError(self.document.source, self.problems)


def _plain(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _short(text: str) -> str:
    return text if len(text) <= QUOTED_AT_MOST else text[: QUOTED_AT_MOST - 1] + "…"


def _name_of(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    names = [v for k, v in value.items() if normal(k) in {"name", "id"} and isinstance(v, str)]
    return names[0] if names else ""
