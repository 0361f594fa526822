from __future__ import annotations

from pathlib import Path

from addon.client.decisions import Decisions


def test_each_line_comes_once_and_earlier_runs_lines_never(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text('{"earlier": 1}\n')
    decisions = Decisions(path)
    assert decisions.new() == []
    with path.open("a") as file:
        file.write('{"n": 1}\n{"n": 2}\n{"n"')
        file.flush()
        assert decisions.new() == [{"n": 1}, {"n": 2}]
        assert decisions.new() == []
        file.write(": 3}\n")
    assert decisions.new() == [{"n": 3}]
    assert decisions.records == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_a_file_that_is_not_there_yet_has_no_lines(tmp_path: Path) -> None:
    decisions = Decisions(tmp_path / "later.jsonl")
    assert decisions.new() == []
    (tmp_path / "later.jsonl").write_text('{"n": 1}\n')
    assert decisions.new() == [{"n": 1}]
