from __future__ import annotations

import json
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.error_line import LINE_LIMIT, TEXT_LIMIT, clean, read_body, read_value, shorten

_SHAPES: dict[str, tuple[Any, str]] = {
    "openai": ({"error": {"message": "No such tool", "type": "invalid_request_error", "param": None}}, "No such tool"),
    "google's array": ([{"error": {"code": 400, "message": "Bad key", "status": "INVALID_ARGUMENT"}}], "Bad key"),
    "a string": ("just words", "just words"),
    "error is a string": ({"error": "model is unloaded"}, "model is unloaded"),
    "error is true": ({"error": True, "message": "no"}, "no"),
    "message": ({"object": "error", "message": "too hot", "code": 400}, "too hot"),
    "aws": ({"Message": "Throttled", "__type": "ThrottlingException"}, "Throttled"),
    "detail": ({"detail": "Not authenticated"}, "Not authenticated"),
    "fastapi": ({"detail": [{"loc": ["body", "messages", 0], "msg": "field required"}]}, "body.messages.0: field required"),
    "errors": ({"success": False, "errors": [{"code": 7003, "message": "No route"}, {"message": "Sorry"}]}, "No route; Sorry"),
    "errors by field": ({"errors": {"model": ["is required"]}}, "is required"),
    "msg": ({"code": 1113, "msg": "no money"}, "no money"),
    "base_resp": ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, "insufficient balance"),
    "problem": ({"type": "about:blank", "title": "Bad Request", "detail": "x is wrong"}, "x is wrong"),
    "json in the message": ({"error": {"message": '{"error": {"message": "inside"}}'}}, "inside"),
    "broken json in the message": ({"error": {"message": '{"error'}}, '{"error'),
    "a number in json in the message": ({"error": {"message": "[1]"}}, "[1]"),
    "openrouter": (
        {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": '{"message": "too big"}'}}},
        "too big",
    ),
    "openrouter with words of its own": (
        {"error": {"message": "Upstream failed at step 3", "metadata": {"raw": "too big"}}},
        "Upstream failed at step 3: too big",
    ),
    "openrouter saying it twice": ({"error": {"message": "It is too big", "metadata": {"raw": "too big"}}}, "It is too big"),
    "raw alone": ({"error": {"message": None, "metadata": {"raw": "too big"}}}, "too big"),
    "no words": ({"error": {"type": "overloaded_error"}}, '{"error":{"type":"overloaded_error"}}'),
    "nothing": ({}, ""),
    "null": (None, ""),
}


@pytest.mark.parametrize("name", _SHAPES)
def test_every_shape_gives_its_line(name: str) -> None:
    value, line = _SHAPES[name]
    for said in (read_value(value), read_body(json.dumps(value).encode(), {})):
        assert said.line == line
        assert not said.is_html


def test_codes_are_gathered_from_the_outside_in() -> None:
    said = read_value({"type": "error", "error": {"type": "Rate_Limit", "code": 429, "status": "X" * 99, "reason": True}})
    assert said.codes == ("error", "429", "rate_limit")


def test_an_error_that_is_nested_too_deep_is_shown_as_it_is() -> None:
    value: Any = "boom"
    for _ in range(9):
        value = {"error": value}
    assert read_value(value).line.startswith('{"error":{"error":')


def test_an_error_in_a_stream_or_on_lines_is_found() -> None:
    for body in (
        b'event: error\ndata: {"error": {"message": "boom"}}\n\n',
        b'note\n{"error": "boom"}\n{}',
        b'\xef\xbb\xbf{"error": "boom"}',
    ):
        assert read_body(body, {}).line == "boom"


@pytest.mark.parametrize(
    ("body", "headers", "title"),
    [
        (b"<!DOCTYPE html><html><head><title>502 <b>Bad</b> Gateway</title>", {}, "502 Bad Gateway"),
        (b"  <HTML><body><h1>Not Found</h1></body></HTML>", {}, "Not Found"),
        (b"<p>hello</p>", {"content-type": "text/html; charset=utf-8"}, ""),
    ],
)
def test_a_web_page_is_known_by_its_type_or_its_beginning(body: bytes, headers: dict[str, str], title: str) -> None:
    said = read_body(body, headers)
    assert said.is_html
    assert said.line == title


def test_json_and_plain_text_that_are_called_html_are_no_web_pages() -> None:
    html = {"content-type": "text/html"}
    assert read_body(b'{"error": "boom"}', html).line == "boom"
    assert read_body(b"404 page not found", html).line == "404 page not found"


def test_a_stack_trace_is_left_out() -> None:
    python = 'Traceback (most recent call last):\n  File "/srv/app.py", line 1, in f\n    raise\nValueError: too big'
    script = "TypeError: too big\n    at call (/srv/app/index.js:10:5)\n    at node:internal/process:95:5"
    assert clean(python) == "ValueError: too big"
    assert clean(script) == "TypeError: too big"
    assert clean(repr(script)[1:-1]) == "TypeError: too big"
    assert clean("TypeError: x\n  at Array.map (<anonymous>)\n  at async Promise.all (index 0)") == "TypeError: x"
    assert clean("Traceback (most recent call last):") == ""
    assert clean(r"no such file: C:\new") == r"no such file: C:\new"
    assert clean("not found\nat /v1/chat; look at (it)") == "not found at /v1/chat; look at (it)"


def test_control_characters_escapes_and_keys_are_left_out() -> None:
    assert clean("a\x1b[31mred\x1b[0m\r\n\tb\x00c\u202ed\u2028e \ud800") == "ared b c d e"
    assert clean("Incorrect API key provided: sk-abcdef123456.") == "Incorrect API key provided: ***"


@pytest.mark.parametrize(
    "piece",
    ["<title>", "<h1 ", "\n at ", "Traceback (most recent call last):", " ", "try again in ", "1m", "eyJ", "://a:", "/a", "{"],
)
def test_a_hostile_body_takes_no_more_time_than_another(piece: str) -> None:
    began = time.process_time()
    read_body((piece * 70_000)[:70_000].encode(), {"content-type": "text/html"})
    assert time.process_time() - began < 1


def test_half_a_surrogate_pair_is_no_obstacle() -> None:
    assert read_value({"novel": "\ud800"}).line == "{'novel': '\\ud800'}"


def test_a_line_is_bounded() -> None:
    assert len(read_body(b"x" * 100_000, {}).text) == TEXT_LIMIT
    assert len(read_body(b"x" * 100_000, {}).line) == LINE_LIMIT
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["error", "message", "metadata", "raw", "detail", "code", "loc"]), inner)
    ),
)


@given(_JSON)
def test_any_json_gives_one_printable_line(value: Any) -> None:
    said = read_value(value)
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in said.line)
    assert len(said.line) <= LINE_LIMIT


@given(st.binary(), st.sampled_from(["", "text/html", "application/json"]))
def test_any_body_is_read(body: bytes, kind: str) -> None:
    assert len(read_body(body, {"content-type": kind}).line) <= LINE_LIMIT
