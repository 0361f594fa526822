from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.events import Text, Thinking
from translators.openai_chat.reasoning import ThinkTags, reasoning_text
from translators.openai_chat.types import Delta


def split(*pieces: str) -> tuple[str, str]:
    """The thinking and the text."""
    tags = ThinkTags()
    found = [event for piece in pieces for event in tags.read(piece)] + list(tags.flush())
    assert all(event.text for event in found)
    return "".join(e.text for e in found if isinstance(e, Thinking)), "".join(e.text for e in found if isinstance(e, Text))


CASES = [
    ("plain", ("", "plain")),
    ("  plain", ("", "  plain")),
    ("<think>a</think>b", ("a", "b")),
    (" \n<think>\n a\n</think>\n\nb\n", ("a\n", "b\n")),
    ("<think></think>b", ("", "b")),
    ("<think>a", ("a", "")),
    ("<think>a</thin", ("a</thin", "")),
    ("<think>a</b></think>c<think>d</think>", ("a</b>", "c<think>d</think>")),
    ("<think>a<</think>b", ("a<", "b")),
    ("<thinking>a</thinking>", ("", "<thinking>a</thinking>")),
    ("<thi", ("", "<thi")),
    ("x<think>a</think>", ("", "x<think>a</think>")),
    ("   ", ("", "")),
    ("", ("", "")),
]


@pytest.mark.parametrize(("content", "parts"), CASES)
def test_tags_at_the_head_are_found_however_they_are_cut(content: str, parts: tuple[str, str]) -> None:
    assert split(content) == parts
    assert split(*content) == parts
    for at in range(len(content)):
        assert split(content[:at], content[at:]) == parts


@given(st.text(alphabet="<>/think \na"), st.data())
def test_cutting_is_invisible(content: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content)))
    assert split(content[:at], content[at:]) == split(content) == split(*content)


def test_text_is_not_held_back_once_the_head_is_past() -> None:
    tags = ThinkTags()
    before = tags.passed
    assert list(tags.read("a")) == [Text("a")]
    assert (before, tags.passed) == (False, True)
    assert list(tags.read("<think>")) == [Text("<think>")]
    assert list(tags.flush()) == []


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ({"reasoning_content": "a"}, "a"),
        ({"reasoning": "a"}, "a"),
        ({"reasoning_content": "a", "reasoning": "a"}, "a"),
        ({"reasoning_content": "", "reasoning": None, "reasoning_details": [{"type": "reasoning.text", "text": "a"}]}, "a"),
        ({"reasoning_details": [{"text": "a"}, {"summary": "b"}, {"data": "c"}]}, "ab"),
        ({"reasoning": {"text": "a"}, "reasoning_details": 7}, ""),
        ({}, ""),
    ],
)
def test_reasoning_is_read_once_from_whichever_field(delta: Delta, text: str) -> None:
    assert reasoning_text(delta) == text
