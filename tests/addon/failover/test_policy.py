"""What follows a failed attempt: a table of situations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.config.settings import Retry
from addon.failover.policy import Situation, Step, first_choice, next_step
from addon.routing.choice import Choice
from translators.errors import Fault, FaultKind

ONE, TWO, THREE = Choice("one", "a"), Choice("two", "b"), Choice("three", "c")
ASKED_FOR = Retry(attempts=3, backoff=1.0, max_backoff=8.0, asked_for=True)
KINDS: tuple[FaultKind, ...] = get_args(FaultKind.__value__)
PASSING: tuple[FaultKind, ...] = ("network", "rate", "overloaded", "server")
COSTLY: tuple[FaultKind, ...] = ("timeout", "empty")


def fault(kind: FaultKind, retry_after: float | None = None, upstream_status: int | None = None) -> Fault:
    return Fault(kind, "api_error", 500, "it failed", retry_after, upstream_status)


def at(
    failed: Fault,
    untried: Sequence[Choice] = (),
    *,
    tries: int = 1,
    retry: Retry | None = None,
    resting: Sequence[Choice] = (),
    other_key: bool = False,
) -> Situation:
    def rest(choice: Choice) -> float:
        return 5.0 if choice in resting else 0.0

    return Situation(ONE, failed, tries, untried, retry or Retry(), rest, other_key)


def chosen(situation: Situation) -> Choice | None:
    step = next_step(situation, 0.5)
    return step.choice if step else None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "request"])
def test_every_fault_but_one_of_the_request_goes_to_the_next_healthy_candidate(kind: FaultKind) -> None:
    assert next_step(at(fault(kind), [TWO, THREE]), 0.5) == Step(TWO)


@pytest.mark.parametrize("retry", [Retry(), ASKED_FOR])
def test_a_request_that_is_at_fault_itself_goes_nowhere(retry: Retry) -> None:
    assert chosen(at(fault("request"), [TWO], retry=retry, other_key=True)) is None


def test_a_resting_candidate_is_passed_over() -> None:
    assert chosen(at(fault("server"), [TWO, THREE], resting=[TWO])) == THREE


@pytest.mark.parametrize("kind", PASSING)
def test_by_default_the_same_is_asked_once_more_where_no_other_is_healthy(kind: FaultKind) -> None:
    assert chosen(at(fault(kind))) == ONE
    assert chosen(at(fault(kind), [TWO], resting=[TWO])) == ONE
    assert chosen(at(fault(kind), tries=2)) is None


@pytest.mark.parametrize("kind", PASSING)
def test_the_last_candidates_are_asked_although_they_rest(kind: FaultKind) -> None:
    assert chosen(at(fault(kind), [TWO, THREE], tries=2, resting=[TWO, THREE])) == TWO


@pytest.mark.parametrize("kind", COSTLY)
def test_by_default_what_cost_a_whole_wait_or_answer_is_not_repeated(kind: FaultKind) -> None:
    assert chosen(at(fault(kind))) is None
    assert chosen(at(fault(kind), retry=ASKED_FOR)) == ONE


def test_a_timeout_that_the_provider_tells_of_is_one_of_its_5xx() -> None:
    assert chosen(at(fault("timeout", upstream_status=504))) == ONE


@pytest.mark.parametrize(("status", "again"), [(408, False), (409, False), (429, True), (500, True), (529, True)])
def test_by_default_only_429_and_5xx_are_repeated(status: int, again: bool) -> None:
    assert (chosen(at(fault("server", upstream_status=status))) == ONE) == again
    assert chosen(at(fault("server", upstream_status=status), retry=ASKED_FOR)) == ONE


def test_a_path_that_is_not_there_is_not_asked_for_again() -> None:
    assert chosen(at(fault("server", upstream_status=404), retry=ASKED_FOR)) is None


@pytest.mark.parametrize("kind", ["credential", "billing", "model", "context"])
def test_what_does_not_pass_is_not_repeated(kind: FaultKind) -> None:
    assert chosen(at(fault(kind))) is None
    assert chosen(at(fault(kind), retry=ASKED_FOR)) is None


@pytest.mark.parametrize("kind", [*PASSING, *COSTLY])
def test_configured_retries_come_before_the_next_candidate(kind: FaultKind) -> None:
    assert [chosen(at(fault(kind), [TWO], tries=tries, retry=ASKED_FOR)) for tries in (1, 2, 3)] == [ONE, ONE, TWO]


def test_one_attempt_asked_for_is_no_retry() -> None:
    assert chosen(at(fault("server"), retry=Retry(attempts=1, asked_for=True))) is None


def test_waits_double_up_to_the_cap() -> None:
    waits = [next_step(at(fault("server"), tries=tries, retry=replace(ASKED_FOR, attempts=10)), 1.0) for tries in range(1, 7)]
    assert [step.wait for step in waits if step] == [1, 2, 4, 8, 8, 8]


def test_chance_takes_up_to_half_of_a_wait() -> None:
    step = next_step(at(fault("server"), retry=ASKED_FOR), 0.0)
    assert step
    assert step.wait == 0.5


def test_a_wait_that_the_provider_names_is_obeyed() -> None:
    step = next_step(at(fault("rate", retry_after=7), retry=ASKED_FOR), 1.0)
    assert step == Step(ONE, 7)


def test_a_wait_that_the_provider_names_and_that_is_shorter_does_not_shorten_ours() -> None:
    step = next_step(at(fault("rate", retry_after=0.1), retry=ASKED_FOR), 1.0)
    assert step == Step(ONE, 1.0)


def test_a_wait_above_the_cap_is_not_waited_for() -> None:
    too_long = fault("rate", retry_after=8.1)
    assert chosen(at(too_long, [TWO], retry=ASKED_FOR)) == TWO
    assert chosen(at(too_long, retry=ASKED_FOR)) is None


@pytest.mark.parametrize("kind", ["credential", "rate", "billing"])
def test_another_key_comes_first_and_at_once(kind: FaultKind) -> None:
    assert next_step(at(fault(kind, retry_after=60), [TWO], other_key=True, tries=5), 0.5) == Step(ONE)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("credential", "rate", "billing", "request")])
def test_another_key_does_not_help_against_other_faults(kind: FaultKind) -> None:
    assert chosen(at(fault(kind), [TWO], other_key=True)) == TWO


def test_the_first_choice_is_the_first_that_does_not_rest() -> None:
    assert first_choice([ONE, TWO], lambda _: 0.0) == ONE
    assert first_choice([ONE, TWO], lambda choice: 3.0 if choice == ONE else 0.0) == TWO


def test_the_first_choice_of_all_that_rest_is_the_first() -> None:
    assert first_choice([ONE, TWO], lambda choice: 9.0 if choice == ONE else 1.0) == ONE


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    untried = draw(st.lists(st.sampled_from([TWO, THREE]), unique=True))
    retry = Retry(draw(st.integers(1, 10)), draw(st.floats(0, 60)), draw(st.floats(0, 60)), asked_for=draw(st.booleans()))
    told = draw(st.none() | st.floats(0, 1e6))
    failed = fault(draw(st.sampled_from(KINDS)), told, draw(st.none() | st.just(503)))
    resting = draw(st.lists(st.sampled_from([TWO, THREE])))
    return at(failed, untried, tries=draw(st.integers(1, 12)), retry=retry, resting=resting, other_key=draw(st.booleans()))


@given(situations(), st.floats(0, 1, exclude_max=True))
def test_a_step_is_never_later_than_the_cap_and_never_beyond_the_attempts_allowed(situation: Situation, chance: float) -> None:
    step = next_step(situation, chance)
    if step is None:
        return
    assert 0 <= step.wait <= situation.retry.max_backoff
    if step.choice != ONE:
        assert step.choice in situation.untried
        assert step.wait == 0
    elif not situation.other_key:
        assert situation.tries < situation.retry.attempts


@given(situations(), st.floats(0, 1, exclude_max=True))
def test_nothing_is_given_up_while_a_candidate_is_left(situation: Situation, chance: float) -> None:
    if next_step(situation, chance) is None:
        assert situation.fault.kind == "request" or not situation.untried
