from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from addon.lab.programs import KEPT, Ended, Programs, TookTooLong

ENV = {"PATH": os.environ["PATH"]}


def shell(text: str, seconds: float = 60.0, programs: Programs | None = None) -> Ended:
    return (programs or Programs()).run(["sh", "-c", text], b"given", ENV, seconds)


def test_a_program_reads_what_it_is_given_and_its_output_is_kept() -> None:
    assert shell("cat; echo complaint >&2; exit 3") == Ended(3, b"given", b"complaint\n")


def test_of_a_long_output_the_beginning_is_kept() -> None:
    done = shell(f"yes | head -c {100 * KEPT}; exit 4")
    assert done == Ended(4, (b"y\n" * KEPT)[:KEPT], b"")


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(TookTooLong):
        shell("exec yes", 0.2)


def test_nobody_waits_for_what_a_program_leaves_running(tmp_path: Path) -> None:
    """It has the program's output, and does not close it."""
    done = shell(f"sleep 60 & echo $! > {tmp_path}/pid; echo fine", 30.0)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
    assert done == Ended(0, b"fine\n", b"")


def test_all_are_ended_and_none_begins_any_more(tmp_path: Path) -> None:
    programs, ends, begun = Programs(), list[Ended](), tmp_path / "begun"
    os.mkfifo(begun)
    runs = threading.Thread(target=lambda: ends.append(shell(f"echo > {begun}; exec sleep 60", programs=programs)))
    runs.start()
    begun.read_text()
    programs.end()
    runs.join(30)
    assert ends == [Ended(-signal.SIGKILL, b"", b"")]
    with pytest.raises(TookTooLong):
        shell("true", programs=programs)
