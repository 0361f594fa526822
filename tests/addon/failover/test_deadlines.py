"""How long each phase may take."""

from __future__ import annotations

import math

import pytest

from addon.config.settings import Timeouts
from addon.failover.deadlines import END_GRACE, REFUSAL_GRACE, Deadlines

LIMITS = Timeouts(connect=1, first_byte=2, idle=3, total=100)
NOW = 1000.0


def clock(**phases: float) -> Deadlines:
    begun = Deadlines()
    begun.attempt(NOW)
    for name, value in phases.items():
        setattr(begun, name, value)
    return begun


@pytest.mark.parametrize(
    ("phases", "limit", "why"),
    [
        ({}, 1, "no connection within 1 s"),
        ({"sent": NOW}, 2, "no answer within 2 s"),
        ({"sent": NOW, "heard": NOW}, 3, "silent for 3 s"),
    ],
)
def test_every_phase_has_its_limit(phases: dict[str, float], limit: float, why: str) -> None:
    assert clock(**phases).overdue(LIMITS, NOW + limit) == ""
    assert clock(**phases).overdue(LIMITS, NOW + limit + 0.01) == why


def test_the_total_goes_before_the_phases_and_spans_all_attempts() -> None:
    late = clock()
    late.attempt(NOW + 99.5)
    assert late.overdue(LIMITS, NOW + 100) == ""
    assert late.overdue(LIMITS, NOW + 100.1) == "no complete answer within 100 s in all"
    assert late.total_overdue(LIMITS, NOW + 100.1)


def test_a_new_attempt_has_its_phases_before_it() -> None:
    again = clock(sent=NOW, heard=NOW, refused=NOW, finished=NOW)
    again.attempt(NOW + 50)
    assert again.overdue(LIMITS, NOW + 51) == ""
    assert again.overdue(LIMITS, NOW + 51.1) == "no connection within 1 s"
    assert not again.dawdling(NOW + 99)
    assert not again.dragging(NOW + 99)


def test_between_two_attempts_only_the_total_runs() -> None:
    waiting = clock(sent=NOW)
    waiting.between()
    assert waiting.overdue(LIMITS, NOW + 99) == ""
    assert waiting.overdue(LIMITS, NOW + 101)


def test_no_limit_is_never_reached() -> None:
    never = Timeouts(*[math.inf] * 5)
    assert clock().overdue(never, NOW + 1e9) == ""
    assert clock(sent=NOW, heard=NOW).overdue(never, NOW + 1e9) == ""


def test_nothing_runs_before_the_first_attempt() -> None:
    assert Deadlines().overdue(LIMITS, NOW) == ""


def test_a_complete_answer_has_a_moment_to_end() -> None:
    assert not clock(finished=NOW).dawdling(NOW + END_GRACE)
    assert clock(finished=NOW).dawdling(NOW + END_GRACE + 0.1)
    assert not clock().dawdling(NOW + 99)


def test_an_error_has_some_seconds_to_say_what_it_is_about() -> None:
    refused = clock(sent=NOW - 1.9, refused=NOW)
    assert refused.overdue(LIMITS, NOW + 4) == ""
    assert not refused.dragging(NOW + REFUSAL_GRACE)
    assert refused.dragging(NOW + REFUSAL_GRACE + 0.1)


def test_silence_is_counted_from_what_the_client_was_last_given() -> None:
    quiet = clock()
    assert not quiet.silent(15, NOW + 14.9)
    assert quiet.silent(15, NOW + 15)
    quiet.attempt(NOW + 14)
    assert quiet.silent(15, NOW + 15)
    quiet.given = NOW + 15
    assert not quiet.silent(15, NOW + 29)
