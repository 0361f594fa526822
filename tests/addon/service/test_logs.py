"""The log: bounded as it is written, followed as it is replaced."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from addon.service.logs import follow, last_lines
from addon.service.output import older
from tests.support.service import wait_until

WRITER = """
import os, sys
from pathlib import Path
from addon.service import output
sys.stdout = sys.stderr = output.Output(Path(sys.argv[1]), most=1000)
for number in range(200):
    print(f"line {number:3} " + "x" * 40)
os.write(2, b"from below\\n")
print("\\ud800 é", file=sys.stderr)
"""


def test_a_log_has_a_bound_and_nothing_is_torn_apart(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    done = subprocess.run([sys.executable, "-c", WRITER, str(log)], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert log.stat().st_size <= 1100
    assert 900 <= older(log).stat().st_size <= 1100
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.log", "a.log.1"]
    lines = last_lines(log, 30)
    numbers = [int(line[5:8]) for line in lines[:-2]]
    assert len(numbers) >= 19
    assert numbers == list(range(200 - len(numbers), 200))
    assert lines[-2:] == ["from below\n", "\\ud800 é\n"]


@pytest.mark.parametrize(("count", "expected"), [(0, ""), (1, "d"), (2, "cd"), (3, "bcd"), (9, "abcd")])
def test_the_last_lines_go_back_into_the_log_before(tmp_path: Path, count: int, expected: str) -> None:
    log = tmp_path / "a.log"
    older(log).write_text("a\nb\n")
    log.write_text("c\nd\n")
    assert "".join(last_lines(log, count)).replace("\n", "") == expected


def test_following_goes_on_across_replacements_and_emptying(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("before\n")
    heard: list[str] = []

    def listen() -> None:
        for text in follow(log, pause=0.01):
            heard.append(text)
            if "end" in text:
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    with log.open("a") as file:
        wait_until(lambda: write(file, "one\n") and "one" in "".join(heard))
        log.rename(older(log))
        file.write("late\n")
        file.flush()
        log.write_text("two\n")
    wait_until(lambda: "two" in "".join(heard))
    log.write_text("3\n")
    wait_until(lambda: "3" in "".join(heard))
    with log.open("a") as file:
        file.write("end\n")
    listener.join(10)
    said = "".join(heard)
    assert "before" not in said
    assert said.replace("one\n", "") == "late\ntwo\n3\nend\n"


def write(file: object, text: str) -> bool:
    """Again and again: the listener may not have begun yet."""
    print(text, end="", file=file, flush=True)  # type: ignore[call-overload]
    return True


def test_there_may_be_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        last_lines(tmp_path / "none.log", 5)
    with pytest.raises(FileNotFoundError):
        next(follow(tmp_path / "none.log"))
