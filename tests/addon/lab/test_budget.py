"""Estimates, and a purse that is never overdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from addon.config.settings import ModelInfo, Price, Provider
from addon.lab.budget import Estimate, OverBudget, Purse, check, estimated, priced, usual_output
from tests.support.exchanges import answer, exchange

PRICED = Provider("fake", "http://127.0.0.1:1/v1", info={"m": ModelInfo(price=Price(input=3.0, output=15.0))})


def test_an_estimate_is_the_input_at_its_price_and_the_recorded_output_at_its() -> None:
    # 1,000 tokens at $3 and 200 at $15 a million
    assert estimated(exchange(recorded=answer(output=200)), PRICED, "m", 500) == pytest.approx(0.003 + 0.003)
    assert estimated(exchange(), PRICED, "m", 500) == pytest.approx(0.003 + 0.0075)
    assert estimated(exchange(), PRICED, "unknown", 500) is None


def test_the_usual_output_is_the_recorded_answers_median() -> None:
    assert usual_output([exchange(recorded=answer(output=number)) for number in (10, 0, 30, 1000)]) == 30
    assert usual_output([exchange()]) == 500


def test_too_small_a_budget_is_refused_with_each_models_estimate() -> None:
    estimates = [Estimate("a,b", 10, 0.5), Estimate("c,d", 10, 2.0)]
    check(estimates, 0.0, 2.5)
    with pytest.raises(OverBudget) as refusal:
        check(estimates, 0.25, 2.5)
    said = str(refusal.value)
    assert "about $2.50 would be spent beside $0.2500 spent before, more than the budget of $2.50" in said
    assert "a,b: 10 requests, about $0.5000" in said
    assert "hint: " in said


def test_a_price_that_is_not_known_cannot_be_kept_within_a_budget() -> None:
    with pytest.raises(OverBudget, match=r"price of `c,d` is not known(.|\n)*hint: .*model_info"):
        check([Estimate("a,b", 1, 0.5), Estimate("c,d", 1, None)], 0.0, 100)
    check([Estimate("c,d", 0, None)], 0.0, 100)  # nothing of it is left to be asked


def test_what_is_under_way_is_reserved() -> None:
    purse = Purse(1.0, spent=0.25)
    assert purse.allows(0.5)
    purse.reserve(0.5)
    assert not purse.allows(0.5)
    purse.pay(0.5, 0.125, free=False)
    assert (purse.spent, purse.reserved) == (0.375, 0.0)
    assert purse.allows(0.5)


def test_an_answer_of_unknown_cost_costs_its_estimate_unless_it_was_free() -> None:
    purse = Purse(1.0)
    purse.reserve(0.5)
    purse.pay(0.25, None, free=False)
    purse.pay(0.25, None, free=True)
    assert (purse.spent, purse.reserved) == (0.25, 0.0)
    assert Purse(None).allows(1e9)


def test_a_kept_answer_is_priced_anew_unless_it_was_free() -> None:
    kept = answer(input=1000, output=200, cost=99.0)
    assert priced(kept, PRICED, "m").cost == pytest.approx(0.006)
    assert priced(replace(kept, cost=None), PRICED, "m").cost == pytest.approx(0.006)
    assert priced(kept, PRICED, "unknown").cost is None
    for unpriced in (answer(output=200), answer(error="api_error", status=500)):  # of no known size; of none
        assert priced(unpriced, PRICED, "m") is unpriced
