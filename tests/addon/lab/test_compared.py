"""Two recordings side by side, and flows that hold both answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from addon.lab.compared import of_two
from addon.lab.difference import flow_difference
from addon.lab.report.report import Rule, made
from addon.recordings.exchange import Answer
from addon.recordings.recording import Recording
from tests.support.exchanges import answer, call, exchange
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


def led(session: str, *answers: Answer, folder: str = "/one", prompt: str = "Please mend the failing test in") -> Recording:
    """A session as a client leads it: each answer is in the next request."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": f"{prompt} {folder}"}]}]
    made = []
    for number, each in enumerate(answers):
        request = {"messages": list(messages), "stream": True}
        made.append(exchange(f"{session}{number}", each, session=session, turn=f"1.{number + 1}", request=request, at=number))
        content = [{"type": "tool_use", "id": f"{session}{number}", "name": call.name} for call in each.tool_calls]
        messages += [{"role": "assistant", "content": content}, {"role": "user", "content": "done"}]
    return Recording(tuple(made), (), {})


def test_two_sessions_of_one_prompt_are_each_measured_whole_and_paired_by_place() -> None:
    """The second model needs one call less: that is no failure of its task, and nothing of it is left out."""
    first = led("s1", *(answer(call("Bash", command="ls"), cost=1.0) for _ in range(2)), answer(cost=1.0))
    second = led("s2", answer(call("Bash", command="ls"), cost=1.0), answer(choice="c,d", cost=0.5), folder="/two")
    pairs = of_two(first, second, "second")
    report = made("both", pairs.exchanges, pairs.answers, Rule(), (), pairs.own)
    sides = [(side.all.requests, side.all.cost, side.task_figures.successes) for side in report.sides]
    assert sides == [(3, 3.0, 1), (2, 1.5, 1)]
    assert (report.models[0].all.compared, report.models[0].all.same_arguments, pairs.unmatched) == (2, 1, (1, 0))


def test_sessions_of_different_prompts_have_nothing_in_common() -> None:
    other = led("s2", answer(), prompt="Write a poem about the sea and its many moods, in four verses, for my aunt, in")
    assert of_two(led("s1", answer()), other, "second").answers == {}


def test_a_flow_with_one_answer_has_no_difference(tmp_path: Path) -> None:
    flow = next(iter(made_now(tmp_path).values()))
    with pytest.raises(ValueError, match=r"one answer only; hint: `ccr\.replay"):
        flow_difference(flow)


def test_a_flow_that_is_no_model_call_is_told() -> None:
    other: http.HTTPFlow = tflow.tflow(resp=True)
    with pytest.raises(ValueError, match="cannot be compared: not a model call"):
        flow_difference(other)
