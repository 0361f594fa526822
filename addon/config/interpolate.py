"""`$NAME`, `${NAME}` and `${NAME:-default}` in every text of a configuration; `$$` is a dollar sign, `$5` stays as it is.

An unset variable without a default is a problem: sent on as it stands, `$OPENAI_API_KEY` would come back as a provider's 401.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from addon.config.document import Findings, Path

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<open>\{)(?P<braced>[^{}]*)(?P<close>\})?|(?P<plain>[A-Za-z_][A-Za-z0-9_]*))")
_BRACED = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<has>:-(?P<default>.*))?", re.DOTALL)


class Interpolation:
    """Replaces variables; what cannot be replaced is reported and left empty. One per document."""

    def __init__(self, env: Mapping[str, str], findings: Findings) -> None:
        self._env = env
        self._findings = findings

    def apply(self, value: Any, path: Path = ()) -> Any:
        """A new tree; the one given is not changed."""
        match value:
            case dict():
                return {key: self.apply(item, (*path, key)) for key, item in value.items()}
            case list():
                return [self.apply(item, (*path, index)) for index, item in enumerate(value)]
            case str():
                return self._text(value, path)
            case _:
                return value

    def _text(self, text: str, path: Path) -> str:
        replaced = _VARIABLE.sub(lambda found: self._replace(found, path), text)
        if any("\ud800" <= character <= "\udfff" for character in replaced):
            self._findings.problem(path, "is not valid Unicode: it holds half of a surrogate pair")
        return replaced

    def _replace(self, found: re.Match[str], path: Path) -> str:
        if found["dollar"]:
            return "$"
        if not found["open"]:
            return self._look_up(found["plain"], path)
        inner = _BRACED.fullmatch(found["braced"]) if found["close"] else None
        if inner is None:
            self._findings.problem(path, "holds a `${` that begins no variable", "write `${NAME}`, or `$$` for a dollar sign")
            return ""
        if inner["has"] and not self._env.get(inner["name"]):
            return self._text(inner["default"], path)
        return self._look_up(inner["name"], path)

    def _look_up(self, name: str, path: Path) -> str:
        if name in self._env:
            return self._env[name]
        hint = f"export {name}=…, give a default as in `${{{name}:-default}}`, or write `$$` for a dollar sign"
        self._findings.problem(path, f"the environment variable `{name}` is not set", hint)
        return ""
