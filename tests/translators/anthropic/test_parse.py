from __future__ import annotations

import pytest

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
