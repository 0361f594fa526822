"""Every figure, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from addon.lab.figures import Figures, Times, figures, percentile, task_figures, times
from addon.lab.measure import Measured, measured
from addon.lab.report import shown
from addon.lab.tasks import tasks_of
from addon.recordings.exchange import Answer
from tests.support.exchanges import answer, call, exchange

LS, CAT = call("Bash", command="ls"), call("Bash", command="cat")


def measures() -> list[Measured]:
    """Four requests of one session, of two prompts: recorded are ls, ls and ls, an end; an end."""
    tokens: dict[str, Any] = {"input": 100, "output": 10, "cache_read": 300, "cache_write": 100}
    return [
        measured(exchange("1", answer(LS)), answer(LS, cost=0.25, first_ms=10, total_ms=100, **tokens)),
        measured(
            exchange("2", answer(LS, LS), at=1), answer(LS, CAT, call("Bash"), cost=0.5, first_ms=30, total_ms=300, **tokens)
        ),
        measured(exchange("3", answer(), at=2), answer(cost=0.25, first_ms=20, total_ms=200, **tokens)),
        measured(exchange("4", answer(), at=3, turn="2.1"), Answer("a,b", error="overloaded_error", status=529, total_ms=9999)),
    ]


def test_the_figures_of_four_answers() -> None:
    found = figures(measures())
    assert (found.requests, found.successes, found.success) == (4, 2, 0.5)  # 1 and 3
    assert (found.calls, found.valid_calls) == (4, 3)  # 1 + 3, of which one lacks its command
    assert (found.compared, found.same_tool, found.same_arguments) == (4, 3, 2)  # max(1,1) + max(2,3); 1 + 2; 1 + 1
    # 1: 1; 2: 1 for ls, and of {"command":"ls"} (16) and {"command":"cat"} (17), c, a, t for l, s: 3 edits, 1 - 3/17
    assert found.likeness == pytest.approx(1 + 1 + 14 / 17)
    assert (found.ended, found.same_stop) == (4, 3)
    assert (found.input, found.output, found.cache_read, found.cache_write) == (300, 30, 900, 300)
    assert found.cache_hits == 900 / 1500
    assert (found.cost, found.cost_per_success) == (1.0, 0.5)
    assert (found.first, found.total) == (Times(20, 30), Times(200, 300))  # without the error's
    assert found.reasons == {"error": 1, "invalid_arguments": 1}
    assert found.errors == {"overloaded_error": 1}


def test_the_figures_of_their_tasks() -> None:
    found = measures()
    tasks = task_figures(tasks_of([each.exchange for each in found]), {each.exchange.id: each for each in found})
    # 1, 2, 3 are one task, which 2 fails; 4 is another, which its error fails
    assert (tasks.tasks, tasks.measured, tasks.successes, tasks.cost, tasks.cost_per_success) == (2, 2, 0, 1.0, None)
    assert shown.per_success(tasks) == "none successful"


def test_an_unknown_price_makes_the_cost_unknown_and_never_zero() -> None:
    found = figures([measured(exchange(), answer(output=5)), measured(exchange(), answer(output=5, cost=0.5))])
    assert (found.cost, found.known_cost, found.unpriced, found.cost_per_success) == (None, 0.5, 1, None)
    assert shown.cost(found) == "unknown (≥ $0.5000)"
    assert shown.per_success(found) == "unknown"


def test_what_failed_before_a_word_was_said_cost_nothing() -> None:
    failed = Answer("a,b", error="api_error", status=500)
    assert figures([measured(exchange(), failed)]).cost == 0
    garbled = Answer("a,b", error="api_error", status=502, input=83, usage_estimated=True)
    assert figures([measured(exchange(), garbled)]).cost == 0
    for said in (Answer("a,b", error="api_error", output=3), Answer("a,b", error="api_error", input=83)):
        assert figures([measured(exchange(), said)]).cost is None


def test_no_answers_are_no_figures() -> None:
    none = figures([])
    assert none == Figures()
    assert (none.success, none.cache_hits, none.cost_per_success) == (None, None, None)
    assert shown.percent(none.success) == shown.per_success(none) == "—"


def test_the_median_and_the_nearest_rank() -> None:
    assert times(map(float, range(1, 21))) == Times(10.5, 19)  # 95 % of 20 are 19
    assert times([7.0, None]) == Times(7, 7)
    assert percentile([1.0, 2.0, 3.0], 95) == 3  # 95 % of 3 are 2.85: the third


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.5, "50 %"), (0.999, "99.9 %"), (0.9999, "> 99.9 %"), (0.001, "0.1 %"), (1e-9, "< 0.1 %")],
)
def test_all_and_none_are_said_of_all_and_none_only(value: float, text: str) -> None:
    assert shown.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "unknown"), (0, "$0"), (1234.5, "$1,234"), (12.345, "$12.35"), (0.25, "$0.2500"), (0.00012, "$0.00012")],
)
def test_small_sums_have_as_many_places_as_they_need(value: float | None, text: str) -> None:
    assert shown.dollars(value) == text
