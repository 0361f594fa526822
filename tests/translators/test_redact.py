from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.redact import MASK, SHORTEST_SECRET, redact

_SECRETS = st.text(st.characters(categories=["L", "N"], include_characters="-_."), min_size=SHORTEST_SECRET)


@given(st.text(), st.lists(_SECRETS), st.text())
def test_no_secret_is_left(before: str, secrets: list[str], after: str) -> None:
    text = before + after.join(secrets) + after
    redacted = redact(text, secrets)
    assert not any(secret in redacted for secret in secrets)


@given(st.text())
def test_a_second_time_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_a_secret_that_holds_another_goes_as_a_whole() -> None:
    assert redact("key abcdef-ghijkl!", ["abcdef", "abcdef-ghijkl"]) == f"key {MASK}!"


def test_a_placeholder_of_a_few_letters_is_no_secret() -> None:
    assert redact("a box of x", ["x", ""]) == "a box of x"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcDEF123456",
        "sk-ant-api03-abc_DEF-123456",
        "sk-or-v1-0123456789abcdef",
        "sk-1234********abcd",
        "gsk_abcdefgh12345678",
        "xai-abcdefgh12345678",
        "AIzaSyA1234567890abcdefg",
        "AKIAIOSFODNN7EXAMPLE",
        "hf_abcdefghijkl",
        "ghp_abcdefghijkl",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    ],
)
def test_what_has_the_shape_of_a_key_goes(secret: str) -> None:
    assert redact(f"Incorrect API key provided: {secret}, see") == f"Incorrect API key provided: {MASK}, see"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://u:pass@host.example/v1", f"https://{MASK}@host.example/v1"),
        ("Authorization: Bearer abcdefgh.ijk", f"Authorization: Bearer {MASK}"),
        ("GET /v1beta/models?key=secret123&alt=sse", f"GET /v1beta/models?key={MASK}&alt=sse"),
        ("x-api-key: secret123", f"x-api-key: {MASK}"),
        ("api_key=secret123", f"api_key={MASK}"),
    ],
)
def test_what_stands_where_a_key_stands_goes(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    ["The task-based model deepseek-chat is unknown", "https://host.example:8080/v1", "risk-averse", "key=", "models/gemini-2.5"],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_the_name_of_a_variable_is_no_key() -> None:
    text = "write `api_key: $ACME_API_KEY`, or api_key=${ACME_API_KEY}"
    assert redact(text) == text
    assert redact("api_key: $ecret-0001") == f"api_key: {MASK}"
