from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from addon.demo.tools import ToolFailed, Tools


def test_a_note_is_written_listed_and_read(tmp_path: Path) -> None:
    tools = Tools(tmp_path)
    assert tools.run("Bash", {"command": "pwd"}) == str(tmp_path)
    assert tools.run("Bash", {"command": "ls"}) == "(no output)"
    tools.run("Write", {"file_path": str(tmp_path / "a.txt"), "content": "one\ntwo\n"})
    assert tools.run("Bash", {"command": "ls -a"}) == ".\n..\na.txt"
    assert tools.run("Read", {"file_path": str(tmp_path / "a.txt")}) == "     1\tone\n     2\ttwo"


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("Bash", {"command": "rm -rf /"}, "only runs `pwd` and `ls`"),
        ("Bash", {"command": "ls /etc"}, "only runs"),
        ("Bash", {"command": "ls; date"}, "only runs"),
        ("Bash", {}, "'command' is missing"),
        ("Read", {"file_path": "/etc/passwd"}, "outside"),
        ("Write", {"file_path": "../out.txt", "content": "x"}, "outside"),
        ("Read", {"file_path": "none.txt"}, "No such file"),
        ("Grep", {}, "No such tool"),
    ],
)
def test_everything_else_fails_and_says_why(tmp_path: Path, name: str, arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(ToolFailed, match=why):
        Tools(tmp_path).run(name, arguments)
    assert list(tmp_path.iterdir()) == []
