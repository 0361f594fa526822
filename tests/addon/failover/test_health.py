"""When candidates rest, for how long, and how they come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.failover.health import FAILURES_TO_OPEN, FIRST_REST, LONGEST_REST, MAX_CIRCUITS, REFUSED_REST, Health
from addon.routing.choice import Choice
from translators.errors import Fault, FaultKind

ONE, SIBLING, TWO = Choice("one", "a"), Choice("one", "b"), Choice("two", "a")
NOW = 1000.0


def fault(kind: FaultKind = "server", retry_after: float | None = None, upstream_status: int | None = None) -> Fault:
    return Fault(kind, "api_error", 500, "it broke", retry_after, upstream_status)


def broken(times: int = FAILURES_TO_OPEN, choice: Choice = ONE) -> Health:
    health = Health()
    for _ in range(times):
        health.failed(choice, fault(), NOW)
    return health


def fail_trial(health: Health, now: float) -> None:
    health.trying(ONE, now)
    health.failed(ONE, fault(), now)


def test_a_candidate_nothing_is_known_of_does_not_rest() -> None:
    assert Health().rest(ONE, NOW) == 0


def test_a_few_failures_in_a_row_open_the_circuit() -> None:
    assert broken(FAILURES_TO_OPEN - 1).rest(ONE, NOW) == 0
    assert broken().rest(ONE, NOW) == FIRST_REST


def test_a_success_between_them_begins_the_row_anew() -> None:
    health = broken(FAILURES_TO_OPEN - 1)
    health.succeeded(ONE)
    for _ in range(FAILURES_TO_OPEN - 1):
        health.failed(ONE, fault(), NOW)
    assert health.rest(ONE, NOW) == 0


def test_a_model_that_breaks_says_nothing_of_its_siblings() -> None:
    health = broken()
    assert health.rest(SIBLING, NOW) == health.rest(TWO, NOW) == 0


@pytest.mark.parametrize("kind", ["network", "credential", "billing"])
def test_a_provider_that_cannot_be_reached_or_refuses_us_rests_with_all_its_models(kind: FaultKind) -> None:
    health = Health()
    for _ in range(FAILURES_TO_OPEN):
        health.failed(ONE, fault(kind), NOW)
    assert health.rest(SIBLING, NOW) > 0
    assert health.rest(TWO, NOW) == 0


def test_a_403_is_of_the_model_that_may_not_be_used() -> None:
    health = Health()
    health.failed(ONE, fault("credential", upstream_status=403), NOW)
    assert health.rest(ONE, NOW) == REFUSED_REST
    assert health.rest(SIBLING, NOW) == 0


@pytest.mark.parametrize("kind", ["credential", "billing"])
def test_a_refused_key_rests_its_provider_at_once(kind: FaultKind) -> None:
    health = Health()
    health.failed(ONE, fault(kind), NOW)
    assert health.rest(ONE, NOW) == REFUSED_REST


@pytest.mark.parametrize("kind", ["request", "context", "model"])
def test_nothing_is_learnt_from_what_is_about_the_request(kind: FaultKind) -> None:
    health = Health()
    for _ in range(10):
        health.failed(ONE, fault(kind), NOW)
    assert health.states(NOW) == []


def test_a_provider_that_names_the_time_rests_that_long_at_once() -> None:
    health = Health()
    health.failed(ONE, fault("rate", retry_after=7), NOW)
    assert health.rest(ONE, NOW) == 7
    assert health.rest(ONE, NOW + 7) == 0


def test_no_rest_is_longer_than_the_longest() -> None:
    health = Health()
    health.failed(ONE, fault("rate", retry_after=86_400), NOW)
    assert health.rest(ONE, NOW) == LONGEST_REST


def test_rests_grow_with_each_failed_trial_up_to_the_longest() -> None:
    health, now, rests = broken(), NOW, []
    for _ in range(8):
        rests.append(health.rest(ONE, now))
        now += rests[-1]
        fail_trial(health, now)
    assert rests == [10, 20, 40, 80, 160, 300, 300, 300]


def test_a_provider_that_stays_away_for_days_still_gets_the_longest_rest() -> None:
    health, now = broken(), NOW
    for _ in range(2000):
        now += LONGEST_REST
        fail_trial(health, now)
    assert health.rest(ONE, now) == LONGEST_REST


def test_many_requests_that_fail_together_are_one_finding() -> None:
    assert broken(40).rest(ONE, NOW) == FIRST_REST


def test_a_longer_time_that_is_named_while_it_rests_counts() -> None:
    health = broken()
    health.failed(ONE, fault("rate", retry_after=60), NOW + 1)
    assert health.rest(ONE, NOW + 1) == 60


def test_one_request_at_a_time_tries_a_candidate_whose_rest_is_over() -> None:
    health = broken()
    later = NOW + FIRST_REST
    assert health.rest(ONE, later) == 0
    health.trying(ONE, later)
    assert health.rest(ONE, later) > 0


def test_a_success_closes_the_circuit() -> None:
    health = broken()
    health.trying(ONE, NOW + FIRST_REST)
    health.succeeded(ONE)
    assert health.rest(ONE, NOW + FIRST_REST) == 0
    health.failed(ONE, fault(), NOW + FIRST_REST)
    assert health.rest(ONE, NOW + FIRST_REST) == 0


def test_one_failure_of_the_trial_opens_it_again() -> None:
    health = broken()
    fail_trial(health, NOW + FIRST_REST)
    assert health.rest(ONE, NOW + FIRST_REST) == 2 * FIRST_REST


def test_a_trial_whose_client_left_is_followed_by_another() -> None:
    health = broken()
    health.trying(ONE, NOW + FIRST_REST)
    assert health.rest(ONE, NOW + 2 * FIRST_REST) == 0


def test_trying_a_candidate_in_good_health_keeps_nobody_away() -> None:
    health = broken(1)
    health.trying(ONE, NOW)
    assert health.rest(ONE, NOW) == 0


def test_what_is_known_is_bounded() -> None:
    health = Health()
    for number in range(MAX_CIRCUITS + 10):
        health.failed(Choice("one", str(number)), fault(), NOW)
    assert len(health.states(NOW)) <= MAX_CIRCUITS


def test_a_provider_is_forgotten_alone() -> None:
    health = broken()
    health.failed(ONE, fault("credential"), NOW)
    health.failed(TWO, fault("credential"), NOW)
    health.forget("one")
    assert health.rest(ONE, NOW) == 0
    assert health.rest(TWO, NOW) == REFUSED_REST


def test_a_state_is_one_line_for_people() -> None:
    health = broken(3)
    health.failed(TWO, fault("credential"), NOW)
    assert [str(state) for state in health.states(NOW)] == [
        "one,a: resting 10 s after 3 failures: it broke",
        "two: resting 60 s after 1 failure: it broke",
    ]
    assert str(health.states(NOW + 60)[1]) == "two: to be tried by the next request after 1 failure: it broke"


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["fail", "succeed", "try"]),
        st.sampled_from([ONE, SIBLING, TWO]),
        st.sampled_from(["server", "network", "rate", "credential", "request"]),
        st.none() | st.floats(0, 1e5),
        st.floats(0, 1000),
    ),
    max_size=60,
)


@given(EVENTS)
def test_nobody_ever_rests_longer_than_the_longest_and_a_success_ends_any_rest(
    history: list[tuple[str, Choice, FaultKind, float | None, float]],
) -> None:
    health, now = Health(), NOW
    for what, choice, kind, told, passed in history:
        now += passed
        if what == "fail":
            health.failed(choice, fault(kind, told), now)
        elif what == "try":
            health.trying(choice, now)
        else:
            health.succeeded(choice)
            assert health.rest(choice, now) == 0
        assert all(0 <= health.rest(each, now) <= LONGEST_REST + 1e-6 for each in (ONE, SIBLING, TWO))
