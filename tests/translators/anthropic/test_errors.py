from __future__ import annotations

import json
from typing import get_args

import anthropic
import httpx2
import pytest

from tests.support.grammar import events
from translators.anthropic.errors import error_body, error_event
from translators.errors import ErrorType


@pytest.mark.parametrize("error_type", get_args(ErrorType.__value__))
def test_the_body_is_the_one_of_the_api(error_type: ErrorType) -> None:
    assert json.loads(error_body(error_type, "no “such” thing", "req_1")) == {
        "type": "error",
        "error": {"type": error_type, "message": "no “such” thing"},
        "request_id": "req_1",
    }


def test_the_event_ends_a_stream() -> None:
    event = error_event("overloaded_error", "a\nb")
    assert events(event) == [{"type": "error", "error": {"type": "overloaded_error", "message": "a\nb"}}]
    assert event.startswith(b"event: error\ndata: {")


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert json.loads(error_body("api_error", "a\ud800b", "req_1"))["error"]["message"] == "a?b"


@pytest.mark.parametrize(
    ("status", "error_type", "raised"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError),
        (403, "permission_error", anthropic.PermissionDeniedError),
        (429, "rate_limit_error", anthropic.RateLimitError),
        (529, "overloaded_error", anthropic.InternalServerError),
    ],
)
def test_the_official_client_reads_the_body(status: int, error_type: ErrorType, raised: type[anthropic.APIStatusError]) -> None:
    body = error_body(error_type, "because", "req_7")
    answer = httpx2.Response(status, headers={"content-type": "application/json", "request-id": "req_7"}, content=body)
    client = anthropic.Anthropic(
        api_key="x", max_retries=0, http_client=httpx2.Client(transport=httpx2.MockTransport(lambda _: answer))
    )
    with pytest.raises(raised, match="because") as caught:
        client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "hi"}])
    assert caught.value.status_code == status
    assert caught.value.request_id == "req_7"
