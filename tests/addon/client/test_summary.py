from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from addon.client.summary import MOST_ERRORS, markdown, summary, table


def record(model: str, *tried: str, cost: float | None = 0.5, error: str = "") -> dict[str, Any]:
    provider, name = model.split(",") if model else ("", "")
    attempts = [dict(zip(("provider", "model"), each.split(","), strict=True)) for each in tried or (model,) if each]
    usage = {"input": 10, "output": 5, "cache_read": 100, "cache_write": None}
    told = {"type": "api_error", "status": 500, "message": error} if error else None
    return {"provider": provider, "model": name, "attempts": attempts, "usage": usage, "cost": cost, "error": told}


def test_requests_are_counted_by_the_model_that_answered() -> None:
    found = summary([record("a,x"), record("b,y"), record("a,x")])
    assert [(row.model, row.requests, row.tokens_in, row.tokens_out, row.cost) for row in found.rows] == [
        ("a,x", 2, 220, 10, 1.0),
        ("b,y", 1, 110, 5, 0.5),
    ]
    assert found.headline == "3 requests, 0 failed, 330 tokens in, 15 out, cost $1.5000, 0 retries, 0 fallbacks"


def test_the_same_model_again_is_a_retry_and_another_one_a_fallback() -> None:
    found = summary([record("b,y", "a,x", "a,x", "b,y"), record("c,z", "a,x", "b,y", "c,z")])
    assert (found.retries, found.fallbacks) == (1, 3)


def test_failures_are_told_in_one_line_each() -> None:
    found = summary([record("a,x", cost=None, error="it\nbroke"), record("", cost=None, error="refused")])
    assert found.errors == ["a,x: 500 api_error: it broke", "(refused): 500 api_error: refused"]
    assert found.total.failed == 2


def test_the_same_failure_is_told_once_and_the_rest_are_counted() -> None:
    again = [record("a,x", cost=None, error="down") for _ in range(3)]
    others = [record("b,y", cost=None, error=f"number {number}") for number in range(MOST_ERRORS + 1)]
    told = list(summary([others[0], *again, *others[1:]]).told_errors)
    assert told[0] == "a,x: 500 api_error: down (3 times)"
    assert told[1] == "b,y: 500 api_error: number 0"
    assert len(told) == MOST_ERRORS + 1
    assert told[-1] == "and 2 other errors"


def test_a_price_that_is_not_known_is_no_cost_of_nothing() -> None:
    assert summary([record("a,x", cost=None)]).rows[0].money == "unknown"
    assert summary([record("a,x", cost=None), record("a,x")]).rows[0].money == "$0.5000 + 1 unpriced"


def test_no_request_is_said() -> None:
    found = summary([])
    assert found.headline == "no request came through the router"
    assert markdown(found, 1) == "### ccr: no request came through the router, exit status 1\n\n"


def test_the_page_is_a_table_that_nothing_in_it_can_break() -> None:
    page = markdown(summary([record("a,x|y", error="<b>`no` | $5")]), 3)
    assert "| a,x\\|y | 1 | 1 | 110 | 5 | \\$0.5000 |" in page
    assert "- a,x\\|y: 500 api\\_error: \\<b\\>\\`no\\` \\| \\$5" in page
    assert page.splitlines()[0].endswith("exit status 3")


def test_the_table_is_readable_without_colour() -> None:
    console = Console(width=80, file=io.StringIO())
    with console.capture() as shown:
        console.print(table(summary([record("a-provider,a-model")])))
    assert [line.split() for line in shown.get().splitlines()][1] == [
        "a-provider,a-model",
        "1",
        "0",
        "110",
        "5",
        "$0.5000",
    ]
