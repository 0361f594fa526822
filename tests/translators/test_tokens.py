from __future__ import annotations

import json
import struct
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.media_tokens import PDF_PAGE_TOKENS
from translators.tokens import estimate, estimate_text

_CAPTURES = Path(__file__).parents[1] / "captures"
_COUNTS: dict[str, int] = json.loads((_CAPTURES / "TOKENS.json").read_text())["counts"]
_SAMPLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "token_samples.json").read_text())["texts"]


def _png(width: int, height: int) -> str:
    return b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(9)).decode()


def _ask(*blocks: Any, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(blocks)}], **fields}


@pytest.mark.parametrize("name", _COUNTS)
def test_a_captured_request_is_estimated_within_a_tenth(name: str) -> None:
    body = json.loads((_CAPTURES / f"{name}.json").read_text())["body"]
    assert estimate(body) == pytest.approx(_COUNTS[name], rel=0.10)


@pytest.mark.parametrize("kind", _SAMPLES)
def test_a_text_of_any_kind_is_estimated_within_a_fifth(kind: str) -> None:
    assert estimate_text(_SAMPLES[kind]["text"]) == pytest.approx(_SAMPLES[kind]["tokens"], rel=0.20)


def test_all_kinds_together_are_estimated_within_a_twentieth() -> None:
    tokens = sum(sample["tokens"] for sample in _SAMPLES.values())
    assert estimate_text("".join(sample["text"] for sample in _SAMPLES.values())) == pytest.approx(tokens, rel=0.05)


@given(st.text())
def test_an_estimate_is_between_one_token_and_one_per_byte(text: str) -> None:
    estimated = estimate_text(text)
    assert (estimated == 0) == (text == "")
    assert estimated <= len(text.encode("utf-8", "surrogatepass"))


def test_long_runs_are_cheap_but_never_free() -> None:
    assert 0 < estimate_text(" " * 4000) < 200
    assert 0 < estimate_text("-" * 4000) < 200
    assert estimate_text("." * 100_000) >= 100_000 / 128


def test_vietnamese_letters_cost_no_more_than_their_word_and_georgian_ones_do() -> None:
    assert estimate_text("ạảấầ" * 50) < estimate_text("აბგდ" * 50)


def test_every_part_of_a_request_counts() -> None:
    question = {"role": "user", "content": "What is the weather in Lisbon today?"}
    body: dict[str, Any] = {"messages": [question]}
    smallest = estimate(body)
    assert smallest > 5
    assert estimate({**body, "system": "You are a terse assistant."}) > smallest
    assert estimate({**body, "system": [{"type": "text", "text": "You are a terse assistant."}]}) > smallest
    tool = {"name": "get_weather", "description": "Looks the weather up.", "input_schema": {"type": "object"}}
    assert estimate({**body, "tools": [tool]}) > smallest + 5
    assert estimate({**body, "tools": [{"type": "web_search_20250305", "name": "web_search"}]}) > smallest


@pytest.mark.parametrize(
    "block",
    [
        {"type": "thinking", "thinking": "The user wants the weather, so the tool is needed.", "signature": "x" * 999},
        {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Lisbon", "unit": "celsius"}},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "weather Lisbon"}},
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 degrees and a light breeze from the west"},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "18 degrees and a light breeze"}]},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A plain text about the weather."}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "A text about the weather."}]}},
        {"type": "search_result", "title": "Weather", "source": "https://weather.example", "content": []},
    ],
)
def test_a_block_counts_its_words_and_not_its_signature(block: dict[str, Any]) -> None:
    assert 5 < estimate(_ask(block)) < 60


def test_what_the_provider_does_not_read_as_text_counts_nothing() -> None:
    assert estimate(_ask({"type": "redacted_thinking", "data": "x" * 5000})) == 0
    assert estimate({}) == 0


def test_an_image_counts_by_its_size_wherever_it_stands() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _png(750, 100)}}
    assert estimate(_ask(image)) == 100 + 3
    assert estimate(_ask({"type": "tool_result", "tool_use_id": "t", "content": [image]})) == 100 + 3
    assert estimate(_ask({"type": "image", "source": {"type": "url", "url": "https://x.example/y.png"}})) == 1600 + 3


def test_a_pdf_counts_by_its_pages() -> None:
    pdf = b64encode(b"%PDF-1.4 /Type /Pages /Type /Page x /Type/Page x").decode()
    document = {"type": "document", "title": "T", "source": {"type": "base64", "media_type": "application/pdf", "data": pdf}}
    assert 2 * PDF_PAGE_TOKENS < estimate(_ask(document)) < 2 * PDF_PAGE_TOKENS + 10
    assert estimate(_ask({"type": "document", "source": None})) == PDF_PAGE_TOKENS + 3


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "content", "source", "data", "text", "input", "name", "system"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["system", "tools", "messages"]), _JUNK))
def test_a_body_that_is_no_messages_request_is_estimated_all_the_same(body: dict[str, Any]) -> None:
    assert estimate(body) >= 0


def test_half_a_surrogate_pair_counts_like_any_character() -> None:
    tool = {"name": "\ud800", "description": "\ud800", "input_schema": {"description": "\ud800"}}
    assert estimate({"tools": [tool]}) > 0
