"""The candidates of one request, with a real configuration and real health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from addon.config.settings import ModelInfo, Provider, Retry, Router, Settings
from addon.failover.candidates import RATE_REST, Candidates
from addon.failover.fleet import Fleet
from addon.failover.health import FIRST_REST, REFUSED_REST
from addon.routing.choice import Choice
from translators.errors import Fault, FaultKind

NOW = 1000.0
ONE, TWO, THREE = Choice("one", "m"), Choice("two", "m"), Choice("three", "m")
ONCE = Retry(attempts=1, asked_for=True)


def provider(name: str, *, window: int | None = None, keys: Sequence[str] = ("k",), **more: Any) -> Provider:
    info = {"m": ModelInfo(context_window=window)}
    return Provider(name=name, base_url=f"https://{name}.example/v1", keys=tuple(keys), info=info, retry=ONCE, **more)


def settings(*providers: Provider) -> Settings:
    return Settings(source="test", providers={each.name: each for each in providers}, router=Router())


def candidates(*providers: Provider, fleet: Fleet | None = None) -> Candidates:
    return Candidates([Choice(each.name, "m") for each in providers], settings(*providers), fleet or Fleet())


def fault(kind: FaultKind, retry_after: float | None = None) -> Fault:
    return Fault(kind, "api_error", 500, "it failed", retry_after)


def way(row: Candidates, *faults: Fault, now: float = NOW) -> list[str]:
    """Who is asked, one after the other, when the attempts fail like this."""
    choice, asked = row.first(now), []
    for failed in faults:
        asked.append(choice.provider)
        row.begin(choice, now)
        row.failed(choice, failed, now)
        step = row.next_step(choice, failed, now, 0.5)
        if step is None:
            return asked
        choice = step.choice
    return [*asked, choice.provider]


def test_candidates_are_asked_in_their_order_and_none_twice() -> None:
    row = candidates(provider("one"), provider("two"), provider("three"))
    assert way(row, *[fault("server")] * 4) == ["one", "two", "three"]


def test_one_that_cannot_take_the_request_is_not_gone_to() -> None:
    row = candidates(provider("one"), provider("two"), provider("three"))
    row.cannot_take(TWO)
    assert row.untried == ONE
    assert way(row, fault("server")) == ["one", "three"]


def test_a_resting_first_is_passed_over_and_tried_last() -> None:
    fleet = Fleet()
    fleet.health.failed(ONE, fault("rate", 60), NOW)
    row = candidates(provider("one"), provider("two"), fleet=fleet)
    assert way(row, fault("server"), fault("server")) == ["two", "one"]


def test_what_does_not_fit_goes_to_a_larger_window() -> None:
    row = candidates(provider("one", window=200), provider("two", window=100), provider("three", window=300))
    assert way(row, fault("context")) == ["one", "three"]


def test_what_does_not_fit_fits_no_smaller_one_even_if_the_larger_one_breaks() -> None:
    row = candidates(provider("one", window=200), provider("two", window=100), provider("three", window=300))
    assert way(row, fault("context"), fault("server")) == ["one", "three"]


def test_what_does_not_fit_goes_nowhere_where_no_window_is_known_to_be_larger() -> None:
    assert way(candidates(provider("one", window=200), provider("two")), fault("context")) == ["one"]
    assert way(candidates(provider("one", window=200), provider("two", window=200)), fault("context")) == ["one"]


@pytest.mark.parametrize(("kind", "rest"), [("credential", REFUSED_REST), ("billing", REFUSED_REST), ("rate", RATE_REST)])
def test_a_key_that_is_refused_rests_alone(kind: FaultKind, rest: float) -> None:
    fleet, one = Fleet(), provider("one", keys=("k1", "k2"))
    row = candidates(one, provider("two"), fleet=fleet)
    assert row.begin(ONE, NOW) == "k1"
    row.failed(ONE, fault(kind), NOW)
    assert row.next_step(ONE, fault(kind), NOW, 0.5).choice == ONE  # type: ignore[union-attr]
    assert row.begin(ONE, NOW) == "k2"
    assert fleet.health.rest(ONE, NOW) == 0
    assert fleet.keys(one).pick(NOW) == "k2"
    assert fleet.keys(one).pick(NOW + rest) == "k1"


def test_a_provider_of_which_all_keys_rest_rests_until_the_first_is_fresh() -> None:
    fleet = Fleet()
    row = candidates(provider("one", keys=("k1", "k2")), provider("two"), fleet=fleet)
    assert way(row, fault("rate", 5), fault("rate", 50)) == ["one", "one", "two"]
    assert fleet.health.rest(ONE, NOW) == 5


def test_a_single_key_has_no_other_to_go_on_with() -> None:
    assert way(candidates(provider("one"), provider("two")), fault("rate")) == ["one", "two"]


def test_keys_whose_rest_is_over_while_a_request_waits_are_not_gone_round_for_ever() -> None:
    row, choice, now = candidates(provider("one", keys=("k1", "k2"))), ONE, NOW
    for _ in range(10):
        row.begin(choice, now)
        row.failed(choice, fault("rate", 1), now)
        step = row.next_step(choice, fault("rate", 1), now, 0.5)
        if step is None:
            return
        now += 5
    raise AssertionError("it never gave up")


def test_a_break_of_the_server_is_no_fault_of_the_key() -> None:
    fleet, one = Fleet(), provider("one", keys=("k1", "k2"), key_strategy="priority")
    assert way(candidates(one, provider("two"), fleet=fleet), fault("server")) == ["one", "two"]
    assert fleet.keys(one).pick(NOW) == "k1"


def test_a_success_is_one_of_the_key_and_of_the_candidate() -> None:
    fleet, one = Fleet(), provider("one", keys=("k1", "k2"), key_strategy="priority")
    row = candidates(one, fleet=fleet)
    for key in one.keys:
        fleet.keys(one).rest(key, 60, NOW)
    fleet.health.failed(ONE, fault("rate", 60), NOW)
    assert row.begin(ONE, NOW) == "k1"
    row.succeeded(ONE)
    assert fleet.health.rest(ONE, NOW) == 0
    assert fleet.keys(one).has_fresh(NOW, besides={"k2"})


def test_the_soonest_is_the_first_that_is_back() -> None:
    fleet = Fleet()
    row = candidates(provider("one"), provider("two"), provider("three"), fleet=fleet)
    assert row.soonest(NOW) == 0
    fleet.health.failed(ONE, fault("rate", 30), NOW)
    fleet.health.failed(TWO, fault("rate", 7), NOW)
    assert row.soonest(NOW) == 7
    assert row.soonest(NOW + 3) == 4


def test_a_provider_whose_key_was_changed_is_judged_afresh() -> None:
    fleet = Fleet()
    row = candidates(provider("one"), provider("two"), fleet=fleet)
    assert way(row, fault("credential")) == ["one", "two"]
    assert candidates(provider("one"), provider("two"), fleet=fleet).first(NOW) == TWO
    assert candidates(provider("one", keys=("another",)), provider("two"), fleet=fleet).first(NOW) == ONE


def test_a_configuration_that_is_loaded_again_unchanged_keeps_what_is_known() -> None:
    fleet = Fleet()
    fleet.keys(provider("one", keys=("k1", "k2"))).rest("k1", 60, NOW)
    for _ in range(3):
        fleet.health.failed(ONE, fault("server"), NOW)
    again = provider("one", keys=("k1", "k2"))
    assert fleet.keys(again).pick(NOW) == "k2"
    assert candidates(again, fleet=fleet).soonest(NOW) == FIRST_REST
