from __future__ import annotations

from pathlib import Path

import pytest

from addon.doctor.kept_prompts import options_of
from tests.addon.doctor.place import Place, mode, only, safe_fix
from tests.support.provider import closed_port
from tests.support.router import Router


def options(place: Place, text: str) -> None:
    folder = place.home / ".mitmproxy"
    folder.mkdir()
    (folder / "config.yaml").write_text(text)


def test_nothing_is_kept_by_itself(place: Place) -> None:
    only(place.look("prompts"), "ok")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("save_stream_file: +~/all.flows", "save_stream_file"),
        ("ccr_events: ~/e.jsonl", "ccr_events"),
        ("flow_detail: 4", "bodies"),
    ],
)
def test_each_setting_that_keeps_prompts_is_a_warning(place: Place, line: str, told: str) -> None:
    options(place, line)
    found = only(place.wrong("prompts"), "warning")
    assert told in found.what
    assert found.where == "~/.mitmproxy/config.yaml"


def test_a_recording_that_others_can_read_is_a_problem_and_the_fix_closes_it(place: Place) -> None:
    recording = place.home / "all.flows"
    recording.write_bytes(b"")
    recording.chmod(0o644)
    options(place, f"save_stream_file: {recording}")
    found = only([each for each in place.wrong("prompts") if each.level == "problem"])
    assert "~/all.flows: others may read it (mode 644)" in found.what
    safe_fix(found).apply()
    assert mode(recording) == 0o600


def test_a_log_of_the_service_that_others_can_read_is_a_problem(place: Place) -> None:
    folder = place.home / ".claude-code-router" / "service"
    folder.mkdir(parents=True)
    (folder / "3456.log").write_text("…")
    (folder / "3456.log").chmod(0o640)
    assert "3456.log" in only(place.wrong("prompts"), "problem").what
    (folder / "3456.log").chmod(0o600)
    assert not place.wrong("prompts")


def test_the_options_of_the_process_that_runs_count_too(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "router"
    folder.mkdir()
    with Router({"PORT": closed_port()}, folder, options=("-w", "kept.flows", "--set", f"ccr_events={folder}/events")):
        found = place.wrong("prompts", config=str(folder / "config.json"))
    kept = [each.what for each in found if each.level == "warning"]
    assert len(kept) == 2, found
    assert any(str(folder / "kept.flows") in what for what in kept)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["mitmdump", "-w", "a"], {"save_stream_file": "a"}),
        (["--save-stream-file=+a"], {"save_stream_file": "+a"}),
        (["--set", "ccr_events=b", "--flow-detail", "3"], {"ccr_events": "b", "flow_detail": "3"}),
        (["--set=flow_detail=4"], {"flow_detail": "4"}),
        (["-s", "x.py", "-w"], {"save_stream_file": ""}),
    ],
)
def test_command_lines_are_read(words: list[str], options: dict[str, str]) -> None:
    assert options_of(words) == options
