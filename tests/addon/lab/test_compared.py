"""Two recordings side by side, and flows that hold both answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from addon.lab.compared import of_two
from addon.lab.difference import flow_difference
from addon.recordings.recording import Recording
from tests.support.exchanges import answer, exchange
from tests.support.inspected import made_now


def recording(*requests: str, choice: str = "a,b") -> Recording:
    made = [
        exchange(
            f"{choice}{number}",
            answer(choice=choice),
            request={"messages": text, "model": choice, "metadata": {"user_id": number}},
        )
        for number, text in enumerate(requests)
    ]
    return Recording(tuple(made), (), {})


def test_requests_are_matched_by_what_they_say_one_for_one_in_order() -> None:
    pairs = of_two(recording("x", "y", "x", "z"), recording("x", "x", "y", "w", "x", choice="c,d"), "second")
    assert [each.id for each in pairs.exchanges] == ["a,b0", "a,b1", "a,b2"]
    assert list(pairs.answers) == ["c,d"]
    assert pairs.unmatched == (1, 2)


def test_answers_of_several_models_are_called_by_their_file() -> None:
    mixed = recording("x", choice="c,d"), recording("y", choice="e,f")
    both = Recording((*mixed[0].exchanges, *mixed[1].exchanges), (), {})
    assert list(of_two(recording("x", "y"), both, "second").answers) == ["second"]


def test_nothing_in_common_is_nothing_to_compare() -> None:
    assert of_two(recording("x"), recording("y"), "second").answers == {}


def test_a_flow_with_one_answer_has_no_difference(tmp_path: Path) -> None:
    flow = next(iter(made_now(tmp_path).values()))
    with pytest.raises(ValueError, match=r"one answer only; hint: `ccr\.replay"):
        flow_difference(flow)


def test_a_flow_that_is_no_model_call_is_told() -> None:
    other: http.HTTPFlow = tflow.tflow(resp=True)
    with pytest.raises(ValueError, match="cannot be compared: not a model call"):
        flow_difference(other)
