from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from translators.openai_chat.calls import Arguments

values = st.dictionaries(
    st.sampled_from("ab"),
    st.recursive(st.text("ab", max_size=3) | st.integers(), lambda inner: st.dictionaries(st.sampled_from("ab"), inner)),
    max_size=3,
)


def taken(pieces: list[str]) -> str:
    arguments = Arguments()
    return "".join([arguments.take(piece) for piece in pieces] + [arguments.flush()])


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({cut % len(text) for cut in cuts} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@given(values, st.lists(st.integers(0, 999), max_size=5))
def test_pieces_add_up(value: Any, cuts: list[int]) -> None:
    """Objects of two letters nest and repeat, so that pieces often look like the beginning."""
    text = json.dumps(value)
    pieces = pieces_of(text, cuts)
    said = taken(pieces)
    if said != text:  # the one thing nobody can tell: pieces that read equally well as snapshots of something shorter
        assert any(later.startswith(piece) for n, piece in enumerate(pieces) if piece for later in pieces[n + 1 :])


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=9), min_size=1), st.lists(st.integers(0, 999), max_size=5))
def test_pieces_of_ordinary_arguments_always_add_up(value: Any, cuts: list[int]) -> None:
    text = json.dumps(value)
    assert taken(pieces_of(text, cuts)) == text


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=9), min_size=1), st.lists(st.integers(0, 999), max_size=5))
def test_snapshots_add_up(value: Any, cuts: list[int]) -> None:
    text = json.dumps(value)
    ends = sorted({cut % len(text) for cut in cuts} | {len(text)})
    assert taken([text[:end] for end in ends]) == text


def test_empty_pieces_change_nothing() -> None:
    assert taken(["", '{"a": ', "", '{"a": 1', "", '{"a": 1}', ""]) == '{"a": 1}'
