"""The file of answers beside a recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.config.settings import ModelInfo, Provider
from addon.lab.results import Result, Results, ResultsError, path_beside, read_results, setup_of
from tests.support.exchanges import answer, call

RESULT = Result("e1", "a,b", "x", answer(call("Bash", command="ls \udc80 ä"), cost=0.25, first_ms=1.5))

OTHER = Result("e2", "a,b", "x", answer())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return path_beside(tmp_path / "rec.flows")


def test_what_is_added_is_read_again(path: Path) -> None:
    with Results(path) as results:
        results.add(RESULT)
    assert path.name == "rec.flows.ccr-replay.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    with Results(path) as again:
        assert again.known == [RESULT]
    assert read_results(path) == [RESULT]


def test_a_line_that_was_cut_short_costs_no_other(path: Path) -> None:
    with Results(path) as results:
        results.add(RESULT)
        results.add(RESULT)
    path.write_bytes(path.read_bytes()[:-20])
    with Results(path) as again:
        assert (again.known, again.damaged) == ([RESULT], 1)
        again.add(RESULT)
    assert read_results(path) == [RESULT, RESULT]


def test_a_fresh_start_keeps_the_old_file(path: Path) -> None:
    with Results(path) as results:
        results.add(RESULT)
    with Results(path, fresh=True) as fresh:
        assert fresh.known == []
        fresh.add(OTHER)
    with Results(path, fresh=True):
        pass
    assert [read_results(path.with_name(path.name + end)) for end in (".old", ".old2")] == [[RESULT], [OTHER]]


@pytest.mark.parametrize("text", ["words\n", '{"other": 1}\n', '{"ccr_replay": 999}\n', "[]\n"])
def test_another_file_of_that_name_is_left_alone(text: str, path: Path) -> None:
    path.write_text(text)
    with pytest.raises(ResultsError, match="hint: move it away"), Results(path):
        pass
    assert path.read_text() == text


def test_two_programs_do_not_write_one_file(path: Path) -> None:
    with Results(path) as first:
        for fresh in (False, True):
            with pytest.raises(ResultsError, match="another `ccr replay`"), Results(path, fresh=fresh):
                pass
        first.add(RESULT)
    assert read_results(path) == [RESULT]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"cannot be written.*hint: "), Results(tmp_path / "none" / "x"):
        pass


def test_no_file_has_no_results(path: Path) -> None:
    assert read_results(path) == []


def test_the_setup_changes_with_what_is_sent_and_not_with_the_key() -> None:
    plain = Provider("p", "https://one.example/v1")
    assert setup_of(plain, "m") == setup_of(Provider("p", "https://one.example/v1", keys=("sk-1",)), "m")
    assert setup_of(plain, "m") != setup_of(Provider("p", "https://two.example/v1"), "m")
    assert setup_of(plain, "m") != setup_of(
        Provider("p", "https://one.example/v1", info={"m": ModelInfo(params={"top_k": 1})}), "m"
    )
