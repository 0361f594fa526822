from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.overflow import UNKNOWN_WINDOW, Overflow, find_overflow, overflow_message

_WORDINGS: dict[str, Any] = json.loads((Path(__file__).parent / "overflow_wordings.json").read_text())


@pytest.mark.parametrize("wording", _WORDINGS["too_long"], ids=lambda wording: wording["says"][:40])
def test_a_prompt_that_is_too_long_is_recognized_with_its_numbers(wording: dict[str, Any]) -> None:
    overflow = find_overflow(wording["says"])
    assert overflow is not None
    told = overflow.prompt or overflow.total
    assert (told, overflow.limit) == (wording["prompt"], wording["limit"])
    if told and overflow.limit:
        assert overflow_message(overflow, 1, 1) == f"prompt is too long: {told} tokens > {overflow.limit} maximum"


@pytest.mark.parametrize("wording", _WORDINGS["max_tokens_too_large"], ids=lambda wording: wording["says"][:40])
def test_an_answer_that_would_not_fit_is_told_with_what_the_client_can_lower(wording: dict[str, Any]) -> None:
    overflow = find_overflow(wording["says"])
    assert overflow is not None
    assert overflow_message(overflow, None, None) == (
        f"input length and `max_tokens` exceed context limit: {wording['prompt']} + {wording['output']} > {wording['limit']}, "
        "decrease input length or `max_tokens` and try again"
    )


@pytest.mark.parametrize("line", _WORDINGS["something_else"])
def test_other_limits_are_no_overflow(line: str) -> None:
    assert find_overflow(line) is None


def test_a_code_is_enough() -> None:
    assert find_overflow("nope", ["context_length_exceeded"]) == Overflow()
    assert find_overflow("rate limit of the context", ["context_length_exceeded"]) == Overflow()


def test_a_code_for_a_limit_over_time_outweighs_the_words() -> None:
    assert find_overflow("too many tokens", ["rate_limit_exceeded"]) is None


def test_numbers_beside_the_message_are_read() -> None:
    beside = {"n_prompt_tokens": 40000, "n_ctx": 32768}
    assert find_overflow("the request exceeds the available context size", (), [beside]) == Overflow(prompt=40000, limit=32768)


def test_an_excess_is_added_to_the_window() -> None:
    overflow = find_overflow("prompt too long; exceeded max context length by 1000 tokens")
    assert overflow is not None
    assert overflow_message(overflow, 8192, 50) == "prompt is too long: 9192 tokens > 8192 maximum"


@pytest.mark.parametrize(
    ("overflow", "window", "estimate", "message"),
    [
        (Overflow(), 131072, 140000, "prompt is too long: 140000 tokens > 131072 maximum"),
        (Overflow(), 131072, 90000, "prompt is too long: 131073 tokens > 131072 maximum"),
        (Overflow(), 131072, None, "prompt is too long: 131073 tokens > 131072 maximum"),
        (Overflow(), None, 140000, "prompt is too long: 140000 tokens > 139999 maximum"),
        (Overflow(), None, None, f"prompt is too long: {UNKNOWN_WINDOW + 1} tokens > {UNKNOWN_WINDOW} maximum"),
        (Overflow(prompt=9000), None, 5, "prompt is too long: 9000 tokens > 8999 maximum"),
        (Overflow(limit=100), 131072, 90, "prompt is too long: 101 tokens > 100 maximum"),
        (Overflow(output=50, limit=100), None, 900, "prompt is too long: 900 tokens > 100 maximum"),
        (Overflow(prompt=200, output=50, limit=100), None, None, "prompt is too long: 200 tokens > 100 maximum"),
    ],
)
def test_what_is_not_told_comes_from_the_estimate_and_the_window(
    overflow: Overflow, window: int | None, estimate: int | None, message: str
) -> None:
    assert overflow_message(overflow, window, estimate) == message


def test_a_total_tells_the_prompt() -> None:
    message = overflow_message(Overflow(total=130, output=50, limit=100), None, None)
    assert message.startswith("input length and `max_tokens` exceed context limit: 80 + 50 > 100,")


_TOKENS = st.none() | st.integers(0, 2_000_000)


@given(st.builds(Overflow, _TOKENS, _TOKENS, _TOKENS, _TOKENS, _TOKENS), _TOKENS, _TOKENS)
def test_the_numbers_always_exceed_the_limit(overflow: Overflow, window: int | None, estimate: int | None) -> None:
    message = overflow_message(overflow, window, estimate)
    numbers = [int(word.rstrip(",")) for word in message.split() if word.rstrip(",").isdigit()]
    assert sum(numbers[:-1]) > numbers[-1] >= 0


@given(st.text())
def test_looking_for_it_never_raises(text: str) -> None:
    find_overflow(text)
