"""What the demo calls a success, and the whole demo with the built-in client."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from addon.demo.errors import DemoFailed
from addon.demo.script import NOTE, NOTE_TEXT
from addon.demo.session import _judge

CALL = {"name": "Bash", "input": "{}"}
DEMO = [sys.executable, "-m", "addon.cli.main", "demo", "--builtin"]


def done(*records: dict[str, Any], work: Path, note: str | None = NOTE_TEXT) -> None:
    if note is not None:
        (work / NOTE).write_text(note)
    _judge(list(records), work)


def test_a_session_with_tool_calls_and_its_note_is_a_success(tmp_path: Path) -> None:
    done({"error": None}, {"tool_calls": [CALL]}, work=tmp_path)


@pytest.mark.parametrize("note", [None, "something else"])
def test_a_session_without_its_note_is_none(tmp_path: Path, note: str | None) -> None:
    with pytest.raises(DemoFailed, match="without leaving"):
        done({"tool_calls": [CALL]}, work=tmp_path, note=note)


def test_a_session_without_tool_calls_is_none(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="none came back with a tool call"):
        done({"tool_calls": []}, work=tmp_path)
    with pytest.raises(DemoFailed, match="0 requests"):
        done(work=tmp_path)


def test_a_session_with_a_failed_request_is_none(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="1 of 2 requests failed; the first: it broke"):
        done({"tool_calls": [CALL]}, {"error": {"message": "it broke"}}, work=tmp_path)


def test_the_demo_succeeds_and_shows_each_request() -> None:
    ran = subprocess.run(DEMO, capture_output=True, text=True, timeout=100, check=False, env={**os.environ, "COLUMNS": "200"})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "title  → demo,scripted-small  background: title request" in ran.stdout
    assert "main  → demo,scripted-large  default: nothing special" in ran.stdout
    assert "tool call Write" in ran.stdout
    assert "5 requests, 5 tool calls, $" in ran.stdout
    assert "Done: ccr-demo.txt is there" in ran.stdout


def test_the_demo_in_mitmweb_stays_open_until_ctrl_c() -> None:
    with subprocess.Popen([*DEMO, "--web"], stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        shown = ""
        while "until you press Ctrl-C" not in shown:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert "mitmweb shows these requests at http://127.0.0.1:" in shown


def test_a_demo_that_is_ended_from_outside_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([*DEMO, "--web"], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("router")
        assert [path.name.startswith("ccr-demo-") for path in tmp_path.iterdir()] == [True]
        process.terminate()
        assert process.wait(30) in (0, 143)
    assert list(tmp_path.iterdir()) == []


BROKEN = """
import sys
from pathlib import Path
import addon.demo.router
from addon.cli.main import main
addon.demo.router.CONFIG = Path(sys.argv[1], "missing.yaml")
sys.argv[1:] = ["demo", "--builtin"]
main()
"""


def test_a_router_that_does_not_start_is_a_failure_with_its_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BROKEN, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("ccr demo: the router did not start: ")
    assert str(tmp_path) in ran.stderr
    assert "Traceback" not in ran.stderr
