"""Where a task begins and ends, and when it is done."""

from __future__ import annotations

from typing import Any

import pytest

from addon.lab.measure import Measured, measured, succeeded
from addon.lab.success import Verdict
from addon.lab.tasks import Task, tasks_of
from addon.recordings.exchange import Exchange
from tests.support.exchanges import answer, call, exchange

LS = call("Bash", command="ls")


def at(moment: float, kind: str = "main", turn: str = "1.1", **more: Any) -> Exchange:
    return exchange(f"{moment:g}", kind=kind, turn=turn, at=moment, **more)


def ids(*given: Exchange) -> list[list[str]]:
    return [[each.id for each in task.exchanges] for task in tasks_of(given)]


def test_a_task_goes_from_a_prompt_to_the_next() -> None:
    assert ids(at(1), at(2, turn="1.2"), at(3, turn="2.1"), at(4, turn="2.2")) == [["1", "2"], ["3", "4"]]


def test_side_jobs_and_subagents_belong_to_the_prompt_at_whose_time_they_were_asked() -> None:
    title, agent = at(1, "title", turn="1.1"), at(3, "subagent", agent="a", turn="1.1")
    assert ids(title, at(2), agent, at(4, turn="2.1"), at(5, "summary", turn="7.1")) == [["1", "2", "3"], ["4", "5"]]


def test_sessions_are_apart_however_their_times_mix() -> None:
    assert ids(at(1), at(2, session="s2"), at(3, turn="1.2"), at(4, session="s2", turn="1.2")) == [["1", "3"], ["2", "4"]]


def test_a_request_without_a_session_is_a_task_of_its_own() -> None:
    assert ids(at(1, session=""), at(2, session=""), at(3)) == [["1"], ["2"], ["3"]]


def test_a_compaction_amid_the_work_begins_no_task() -> None:
    working = at(1, turn="3.2", recorded=answer(LS))
    assert ids(working, at(2, "compaction", turn="3.3"), at(3, turn="1.1")) == [["1", "2", "3"]]


def test_after_a_compaction_between_prompts_the_next_one_begins_a_task() -> None:
    assert ids(at(1, turn="3.2"), at(2, "compaction", turn="3.3"), at(3, turn="1.1")) == [["1", "2"], ["3"]]


def test_a_session_without_main_requests_is_one_task() -> None:
    assert ids(at(1, "subagent", agent="a"), at(2, "subagent", agent="a")) == [["1", "2"]]


def ended(task: Task, *failed: str, missing: str = "", by_hand: bool = False) -> bool | None:
    found: dict[str, Measured] = {}
    for each in task.exchanges:
        if each.id != missing:
            verdict = Verdict(each.id not in failed, by="label" if by_hand else "default")
            found[each.id] = measured(each, answer(), verdict)
    return succeeded(task, found)


def test_a_task_is_done_when_each_request_that_counts_is() -> None:
    task = tasks_of([at(1, "title"), at(2), at(3, "subagent", agent="a")])[0]
    assert ended(task) is True
    assert ended(task, "1") is True  # a title
    assert ended(task, "3") is False
    assert ended(task, missing="2") is None
    assert ended(task, "3", missing="2") is False


def test_a_task_of_nothing_but_side_jobs_depends_on_them() -> None:
    task = tasks_of([at(1, "title")])[0]
    assert ended(task, "1") is False


def test_who_answers_in_words_where_the_recorded_one_worked_on_has_not_done_the_task() -> None:
    task = tasks_of([at(1, recorded=answer(LS)), at(2, turn="1.2")])[0]
    assert ended(task) is False
    assert ended(task, by_hand=True) is True, "whoever labels it knows better"


@pytest.mark.parametrize("kind", ["title", "summary", "side job", "probe"])
def test_side_jobs_do_not_count(kind: str) -> None:
    assert [each.kind for each in tasks_of([at(1, kind), at(2)])[0].counting] == ["main"]
