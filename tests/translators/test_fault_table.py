from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.error_line import read_value
from translators.fault_table import is_about_model, shape_of, status_of_error


@pytest.mark.parametrize(
    ("status", "answered", "error_type", "kind"),
    [
        (400, 400, "invalid_request_error", "request"),
        (401, 403, "permission_error", "credential"),
        (402, 402, "billing_error", "billing"),
        (403, 403, "permission_error", "credential"),
        (404, 404, "not_found_error", "server"),
        (408, 504, "api_error", "timeout"),
        (409, 502, "api_error", "server"),
        (413, 413, "request_too_large", "context"),
        (418, 400, "invalid_request_error", "request"),
        (422, 400, "invalid_request_error", "request"),
        (429, 429, "rate_limit_error", "rate"),
        (451, 400, "invalid_request_error", "request"),
        (500, 500, "api_error", "server"),
        (502, 502, "api_error", "server"),
        (503, 529, "overloaded_error", "overloaded"),
        (504, 504, "api_error", "timeout"),
        (524, 504, "api_error", "timeout"),
        (529, 529, "overloaded_error", "overloaded"),
        (599, 502, "api_error", "server"),
        (302, 502, "api_error", "server"),
    ],
)
def test_a_status_becomes_anthropics(status: int, answered: int, error_type: str, kind: str) -> None:
    shape = shape_of(status)
    assert (shape.status, shape.type, shape.kind) == (answered, error_type, kind)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, 429),
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, 401),
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, 402),
        ({"base_resp": {"status_code": 4711, "status_msg": "new"}}, 500),
        ({"error": {"code": "1302", "message": "too many"}}, 429),
        ({"error": {"code": "1211", "message": "no such model"}}, 404),
        ({"error": {"code": 1113, "message": "no money"}}, 402),
        ({"error": {"code": 502, "message": "bad gateway"}}, 502),
        ({"error": {"code": "429"}}, 429),
        ({"error": {"type": "overloaded_error", "message": "Overloaded"}}, 529),
        ({"error": {"type": "invalid_request_error", "code": "rate_limit_exceeded"}}, 429),
        ({"error": {"type": "server_error", "message": "The server is overloaded"}}, 529),
        ({"error": {"type": "server_error", "message": "Rate limit reached"}}, 429),
        ({"error": {"type": "server_error", "message": "Insufficient balance"}}, 402),
        ({"error": {"type": "server_error", "code": "timeout"}}, 504),
        ({"error": {"code": "internal_error", "type": "overloaded_error"}}, 529),
        ({"error": {"type": "invalid_request_error", "message": "bad"}}, 400),
        ({"error": {"status": "RESOURCE_EXHAUSTED"}}, 429),
        ({"error": {"message": "too many requests"}}, 429),
        ({"error": {"code": "novel", "message": "boom"}}, 500),
        ("boom", 500),
    ],
)
def test_an_error_without_a_status_gets_the_one_it_means(error: Any, status: int) -> None:
    said = read_value(error)
    assert status_of_error(said.text, said.codes, said.objects) == status


@pytest.mark.parametrize(
    "line",
    [
        "The model `gpt-9` does not exist or you do not have access to it.",
        "Model Not Exist",
        "openai/gpt-9 is not a valid model ID. model x is not a valid model",
        "Unknown model: gpt-9",
        "/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models",
        'model "llama9" not found, try pulling it first',
        "models/gemini-9 is not found for API version v1beta",
        "Not found the model kimi-9 or Permission denied",
        "Unable to access model x/y. Please visit the site",
        "No endpoints found for x/y.",
        "The model `llama-2` has been decommissioned and is no longer supported.",
        "Model gpt-9 doesn't exist",
        "模型不存在",
    ],
)
def test_words_for_an_unknown_model_are_known(line: str) -> None:
    assert is_about_model(line, [])


@pytest.mark.parametrize(
    "line",
    [
        "messages.0: the tool `x` does not exist",
        "This model does not support image input",
        "model: field required",
        "The model is overloaded",
        "tool call not found for this model: file not found",
        "image input is not supported by this model; model parameter `top_k` is not supported",
    ],
)
def test_other_words_about_models_are_not(line: str) -> None:
    assert not is_about_model(line, [])


def test_a_code_for_an_unknown_model_is_enough() -> None:
    assert is_about_model("", ["model_not_found"])


@given(
    st.text(),
    st.lists(st.text()),
    st.lists(st.dictionaries(st.sampled_from(["status_code", "status_msg"]), st.lists(st.integers()) | st.integers())),
)
def test_any_error_has_a_status(text: str, codes: list[str], objects: list[dict[str, Any]]) -> None:
    assert 400 <= status_of_error(text, codes, objects) < 600
