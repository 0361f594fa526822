from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.anthropic.parse import parse
from translators.errors import BadRequest

GOOD = b'{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"system","content":[{"type":"text","text":"x"}]}]}'


def test_a_request_keeps_its_bytes_and_is_read() -> None:
    request = parse(GOOD, {"x-app": "cli"})
    assert (request.raw, request.model, request.streams, request.headers) == (GOOD, "m", False, {"x-app": "cli"})


def with_messages(messages: str) -> bytes:
    return b'{"model":"m","messages":%b}' % messages.encode()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "the request body is empty; a JSON object is required"),
        (b" \n", "the request body is empty; a JSON object is required"),
        (b"{", "the request body is not valid JSON: EOF while parsing an object at line 1 column 1"),
        (b"\xff{}", "the request body is not valid JSON: expected value at line 1 column 1"),
        (b'{"model":"m","messages":[],"x":NaN}', "the request body is not valid JSON: expected value at line 1 column 32"),
        (b"[" * 5000, "the request body is not valid JSON: recursion limit exceeded at line 1 column 202"),
        (b"[]", "the request body must be a JSON object, got a list"),
        (b"3", "the request body must be a JSON object, got a number"),
        (b"true", "the request body must be a JSON object, got true"),
        (b'{"messages":[]}', "model: a string is required, got null"),
        (b'{"model":3,"messages":[]}', "model: a string is required, got a number"),
        (b'{"model":{},"messages":[]}', "model: a string is required, got an object"),
        (b'{"model":"m"}', "messages: field required"),
        (with_messages('"hi"'), "messages: a list is required, got `hi`"),
        (with_messages("null"), "messages: a list is required, got null"),
        (with_messages("[]"), "messages: at least one message is required"),
        (with_messages("[3]"), "messages.0: an object is required, got a number"),
        (
            with_messages('[{"role":"tool","content":""}]'),
            "messages.0.role: one of `user`, `assistant` and `system` is required, got `tool`",
        ),
        (with_messages('[{"role":"user"}]'), "messages.0.content: a string or a list of blocks is required, got null"),
        (with_messages('[{"role":"user","content":["x"]}]'), "messages.0.content.0: an object is required, got `x`"),
        (with_messages('[{"role":"user","content":[{}]}]'), "messages.0.content.0.type: a string is required, got null"),
    ],
)
def test_what_is_no_request_is_refused_with_the_place_and_the_fault(body: bytes, told: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(body, {})
    assert str(refused.value) == told


PLAIN: dict[str, tuple[str, list[Any]]] = {
    "max_tokens": ("integer", [1, 64000]),
    "stream": ("boolean", [True, False]),
    "temperature": ("number", [0, 0.5, 1, 2.0]),
    "top_p": ("number", [0.9, 1]),
    "top_k": ("integer", [0, 40]),
    "service_tier": ("string", ["auto"]),
    "speed": ("string", ["fast"]),
    "inference_geo": ("string", ["us"]),
}
OF_TYPE: dict[str, tuple[type, ...]] = {"integer": (int,), "boolean": (bool,), "number": (int, float), "string": (str,)}
values = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)


def with_setting(name: str, value: str) -> bytes:
    return b'{"model":"m","messages":[{"role":"user","content":"hi"}],"%b":%b}' % (name.encode(), value.encode())


@given(st.sampled_from(sorted(PLAIN)), values)
def test_a_plain_setting_of_another_type_is_refused_by_name(name: str, value: Any) -> None:
    kind = PLAIN[name][0]
    body = with_setting(name, json.dumps(value))
    if isinstance(value, OF_TYPE[kind]) and isinstance(value, bool) == (kind == "boolean") and not _is_endless(value):
        assert parse(body, {}).body[name] == value
        return
    with pytest.raises(BadRequest, match=rf"^{name}: Input should be a valid {kind}, got "):
        parse(body, {})


def _is_endless(value: Any) -> bool:
    return isinstance(value, float) and abs(value) >= 1e308


@pytest.mark.parametrize("name", PLAIN)
def test_what_the_client_sends_and_null_are_taken(name: str) -> None:
    for value in (*PLAIN[name][1], None):
        assert parse(with_setting(name, json.dumps(value)), {}).body[name] == value


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
@pytest.mark.parametrize("name", ["temperature", "top_p"])
def test_a_number_that_is_too_large_is_refused(name: str, number: str) -> None:
    with pytest.raises(BadRequest, match=rf"^{name}: Input should be a valid number, got a number"):
        parse(with_setting(name, number), {})
