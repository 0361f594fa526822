"""What the built-in client's tools do. None leaves the demo's folder, and no shell is involved."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


class ToolFailed(Exception):
    """Becomes a `tool_result` with `is_error`; the message is for the model."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of a session in `folder`."""

    folder: Path

    def run(self, name: str, arguments: dict[str, Any]) -> str:
        """The tool's result. Raises `ToolFailed`."""
        tool = _TOOLS.get(name)
        if tool is None:
            raise ToolFailed(f"No such tool available: {name}")
        try:
            return tool(self, arguments)
        except KeyError as missing:
            raise ToolFailed(f"{name}: the argument {missing} is missing") from missing
        except OSError as error:
            raise ToolFailed(f"{name}: {error.strerror}: {error.filename}") from error

    def inside(self, path: str) -> Path:
        """The path, if it is within the folder. Raises `ToolFailed`."""
        found = (self.folder / path).resolve()
        if not found.is_relative_to(self.folder.resolve()):
            raise ToolFailed(f"{path} is outside the demo's folder")
        return found


def _bash(tools: Tools, arguments: dict[str, Any]) -> str:
    """`pwd` and `ls`, which is all the script asks for, done here rather than by a shell."""
    command = str(arguments["command"])
    match shlex.split(command):
        case ["pwd"]:
            return str(tools.folder)
        case ["ls", *options] if set(options) <= {"-a", "-l", "-la"}:
            names = sorted(path.name for path in tools.folder.iterdir())
            return "\n".join([*([".", ".."] if any("a" in option for option in options) else []), *names]) or "(no output)"
    raise ToolFailed(f"the demo's client only runs `pwd` and `ls`, not: {command}")


def _write(tools: Tools, arguments: dict[str, Any]) -> str:
    path = tools.inside(str(arguments["file_path"]))
    path.write_text(str(arguments["content"]), encoding="utf-8")
    return f"File created successfully at: {path}"


def _read(tools: Tools, arguments: dict[str, Any]) -> str:
    lines = tools.inside(str(arguments["file_path"])).read_text(encoding="utf-8").splitlines()
    return "\n".join(f"{number:>6}\t{line}" for number, line in enumerate(lines, start=1))


_TOOLS: Final[dict[str, Callable[[Tools, dict[str, Any]], str]]] = {"Bash": _bash, "Write": _write, "Read": _read}
