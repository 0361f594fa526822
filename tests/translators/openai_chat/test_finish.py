from __future__ import annotations

from typing import Any

import pytest

from translators.events import Usage
from translators.openai_chat.finish import failure, stop_reason, usage_of


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", "end_turn"),
        ("STOP", "end_turn"),
        ("length", "max_tokens"),
        ("model_length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("function_call", "tool_use"),
        ("content_filter", "refusal"),
        ("content_filter: RECITATION", "refusal"),
        ("sensitive", "refusal"),
        ("eos", "end_turn"),
    ],
)
def test_words_for_the_end_become_the_clients(word: str, reason: str) -> None:
    assert stop_reason(word) == reason
    assert failure(word) == ""


@pytest.mark.parametrize(
    "word", ["error", "network_error", "insufficient_system_resource", "abort", "x: MALFORMED_FUNCTION_CALL"]
)
def test_words_for_a_failure_are_known(word: str) -> None:
    assert failure(word)


USAGES: list[tuple[str, Any, Usage | None]] = [
    ("plain", {"prompt_tokens": 9, "completion_tokens": 2}, Usage(9, 2)),
    ("cached", {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}, Usage(5, 2, 4)),
    ("DeepSeek", {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4}, Usage(5, 2, 4)),
    ("Kimi", {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 4}, Usage(5, 2, 4)),
    (
        "two places",
        {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 4, "prompt_tokens_details": {"cached_tokens": 0}},
        Usage(5, 2, 4),
    ),
    ("none cached", {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 0}, Usage(9, 2, 0)),
    (
        "Anthropic's names",
        {"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3},
        Usage(2, 2, 4, 3),
    ),
    ("written", {"prompt_tokens": 9, "prompt_tokens_details": {"cache_write_tokens": 3}}, Usage(6, None, None, 3)),
    ("more cached than sent", {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 40}, Usage(0, 2, 40)),
    (
        "reasoning within",
        {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16, "completion_tokens_details": {"reasoning_tokens": 5}},
        Usage(9, 7, reasoning=5),
    ),
    (
        "reasoning beside",
        {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 16, "completion_tokens_details": {"reasoning_tokens": 5}},
        Usage(9, 7, reasoning=5),
    ),
    ("numbers with a point", {"prompt_tokens": 9.0, "completion_tokens": 2.0}, Usage(9, 2)),
    ("negative", {"prompt_tokens": -1, "completion_tokens": 2}, Usage(None, 2)),
    ("only an answer", {"completion_tokens": 2}, Usage(None, 2)),
    ("nulls", {"prompt_tokens": 9, "completion_tokens": None, "prompt_tokens_details": None}, Usage(9)),
    ("zeros", {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
    ("no number", {"prompt_tokens": float("inf"), "completion_tokens": float("nan")}, None),
    ("words", {"prompt_tokens": "9"}, None),
    ("nothing", {}, None),
    ("no object", [1], None),
]


@pytest.mark.parametrize(("raw", "usage"), [case[1:] for case in USAGES], ids=[case[0] for case in USAGES])
def test_usage_is_found_wherever_it_is_told(raw: Any, usage: Usage | None) -> None:
    assert usage_of(raw) == usage
