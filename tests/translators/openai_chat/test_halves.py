"""Characters that a stream cuts into their UTF-16 halves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.answers import calls, delta, exchange, finish, message, run, sse
from tests.support.grammar import check
from translators.openai_chat.halves import Halves


def chunk(**fields: Any) -> bytes:
    """Halves are written as JSON writes them: `\\ud83d`."""
    return sse(delta(**fields))


@pytest.mark.parametrize("field", ["content", "reasoning"])
@pytest.mark.parametrize("size", [0, 1])
def test_a_character_in_two_chunks_is_put_together(field: str, size: int) -> None:
    data = (
        chunk(**{field: "a\ud83d"})
        + chunk(**{field: "\ude00b\ud83e"})
        + chunk(**{field: "\udd80"})
        + sse(delta(content="."), finish())
    )
    blocks = check(run(exchange(), data, size=size)).content
    assert "".join(block.get("thinking") or block["text"] for block in blocks) == "a😀b🦀."


def test_halves_of_interleaved_calls_find_each_other() -> None:
    pieces = [(1, '{"x":"\ud83d'), (0, '{"x":"\ud83e'), (0, '\udd80"}'), (1, '\ude00"}')]
    data = sse(*(calls({"index": index, "function": {"name": "T", "arguments": text}}) for index, text in pieces))
    answer = check(run(exchange(), data + sse(finish("tool_calls"))))
    assert sorted(block["input"]["x"] for block in answer.content) == ["😀", "🦀"]


@pytest.mark.parametrize("after", [[delta(content="b")], []])
def test_half_a_character_that_stays_alone_is_told_in_its_place(after: list[Any]) -> None:
    data = chunk(content="a\ud83d") + sse(*after, finish())
    assert check(run(exchange(), data)).content[0]["text"] == "a\ufffd" + "b" * len(after)


def test_half_a_character_at_the_end_of_a_whole_answer_is_told() -> None:
    assert json.loads(exchange(streams=False).whole(message(content="a\ud83d")))["content"][0]["text"] == "a\ufffd"


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        Halves().parse(b"upstream timeout")
