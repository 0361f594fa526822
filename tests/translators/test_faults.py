from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.contract import Target
from translators.errors import Fault
from translators.faults import fault_from_error_object, fault_from_response, model_not_found, network_fault, timeout_fault
from translators.openai_chat.errors import fault

TARGET = Target("acme", "acme-1", "https://api.acme.example/v1", context_window=131072)
_SECRET = "sk-abcdef0123456789"


def answered(status: int, body: Any = b"", target: Target = TARGET, estimate: int | None = None, **headers: str) -> Fault:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return fault_from_response(status, named, raw, target, estimate=estimate)


def test_the_message_names_the_provider_and_keeps_its_line() -> None:
    assert answered(400, {"error": {"message": "tools: bad schema"}}) == Fault(
        "request", "invalid_request_error", 400, "provider `acme` answered 400: tools: bad schema", None, 400
    )
    assert answered(500).message == "provider `acme` answered 500: it gave no reason"


def test_a_refused_key_is_told_with_its_setting_and_never_as_a_401() -> None:
    refused = answered(401, {"error": {"message": f"Incorrect API key provided: {_SECRET}"}})
    assert (refused.kind, refused.type, refused.status, refused.upstream_status) == ("credential", "permission_error", 403, 401)
    assert refused.message == (
        "provider `acme` refused its API key (401): Incorrect API key provided: ***; hint: check `providers.acme.api_key`"
    )


def test_a_key_refused_with_a_400_is_a_refused_key() -> None:
    refused = answered(400, [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}])
    assert (refused.kind, refused.status, refused.upstream_status) == ("credential", 403, 400)
    assert "`providers.acme.api_key`" in refused.message


def test_a_403_names_the_provider() -> None:
    refused = answered(403, {"error": {"message": "Your region is not served"}})
    assert (refused.kind, refused.type, refused.status) == ("credential", "permission_error", 403)
    assert refused.message == "provider `acme` refused the request (403): Your region is not served"


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (402, {"error": {"message": "Insufficient Balance"}}, 402),
        (400, {"error": {"message": "Your credit balance is too low to access the API."}}, 402),
        (403, {"error": {"message": "Account is in arrears", "code": "Arrearage"}}, 402),
        (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, 429),
        (429, {"error": {"code": "1113", "message": "余额不足"}}, 429),
    ],
)
def test_a_provider_that_wants_money_is_named(status: int, body: Any, told: int) -> None:
    billed = answered(status, body)
    assert (billed.kind, billed.status) == ("billing", told)
    assert billed.type == ("billing_error" if told == 402 else "rate_limit_error")
    assert billed.message.startswith(f"provider `acme` asks for payment ({status}): ")


def test_googles_quota_is_a_rate_with_its_delay() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "39s"}]
    error = {"code": 429, "message": "You exceeded your current quota.", "status": "RESOURCE_EXHAUSTED", "details": details}
    limited = answered(429, [{"error": error}])
    assert (limited.kind, limited.type, limited.retry_after) == ("rate", "rate_limit_error", 39.0)


def test_a_header_comes_before_the_body_and_the_body_before_the_limits() -> None:
    body = {"error": {"message": "Rate limit reached. Please try again in 7.5s."}}
    assert answered(429, body, Retry_After="3", x_ratelimit_reset_tokens="6m0s").retry_after == 3
    assert answered(429, body, x_ratelimit_reset_tokens="6m0s").retry_after == 7.5
    assert answered(429, {}, x_ratelimit_reset_tokens="6m0s").retry_after == 360
    assert answered(503, {}, retry_after_ms="250").retry_after == 0.25
    assert answered(429, {}).retry_after is None


def test_limits_say_nothing_of_a_request_that_was_refused() -> None:
    assert answered(400, {"error": {"message": "bad; try again in 5s"}}, x_ratelimit_reset_tokens="6m0s").retry_after is None


def test_a_request_beyond_the_tokens_per_minute_is_a_rate_though_it_came_as_a_413() -> None:
    line = "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 7000"
    limited = answered(413, {"error": {"message": line, "type": "tokens", "code": "rate_limit_exceeded"}})
    assert (limited.kind, limited.type, limited.status, limited.upstream_status) == ("rate", "rate_limit_error", 429, 413)


@pytest.mark.parametrize("status", [400, 413, 422, 429, 500])
def test_an_overflow_is_told_as_the_client_knows_it_whatever_its_status(status: int) -> None:
    line = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
    overflow = answered(status, {"error": {"message": line}})
    assert overflow == Fault(
        "context", "invalid_request_error", 400, "prompt is too long: 9000 tokens > 8192 maximum", None, status
    )


def test_an_overflow_without_numbers_has_our_estimate_and_the_known_window() -> None:
    overflow = answered(400, {"error": {"code": "1261", "message": "Prompt exceeds max length"}}, estimate=140000)
    assert overflow.message == "prompt is too long: 140000 tokens > 131072 maximum"


@pytest.mark.parametrize("status", [400, 413])
def test_an_empty_refusal_of_what_we_know_to_be_too_long_is_an_overflow(status: int) -> None:
    assert answered(status, estimate=140000).message == "prompt is too long: 140000 tokens > 131072 maximum"
    assert not answered(status, estimate=900).message.startswith("prompt is too long")
    assert not answered(500, estimate=140000).message.startswith("prompt is too long")
    assert not answered(status, estimate=140000, target=Target("a", "m", "https://a.example")).message.startswith("prompt")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}, 404),
        (400, {"error": {"message": "Model Not Exist"}}, 400),
        (422, {"error": {"message": "unknown model: x"}}, 400),
        (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-opus-9"}}, 404),
    ],
)
def test_an_unknown_model_is_known_for_one(status: int, body: Any, told: int) -> None:
    unknown = answered(status, body)
    assert (unknown.kind, unknown.status) == ("model", told)
    assert unknown.message == f"provider `acme` answered {status}: {body['error']['message']}"


@pytest.mark.parametrize(
    ("status", "error_type", "message"),
    [
        (404, "not_found_error", "Not found"),
        (404, "not_found_error", "file: model: x"),
        (400, "invalid_request_error", "model: Field required"),
        (400, "invalid_request_error", "model: x"),
    ],
)
def test_anthropics_other_errors_are_not_taken_for_one_of_the_model(status: int, error_type: str, message: str) -> None:
    assert answered(status, {"type": "error", "error": {"type": error_type, "message": message}}).kind != "model"


def test_a_404_that_is_not_of_the_model_asks_after_the_url() -> None:
    target = Target("acme", "m", f"https://user:{_SECRET}@api.acme.example/v1?key={_SECRET}")
    missing = answered(404, b"404 page not found", target)
    assert (missing.kind, missing.type, missing.status) == ("server", "not_found_error", 404)
    assert missing.message == (
        "provider `acme` answered 404: 404 page not found; "
        "hint: does https://api.acme.example/v1 (`providers.acme.base_url`) serve this protocol?"
    )


def test_a_redirect_asks_after_the_url_too() -> None:
    moved = answered(302, target=Target("acme", "m", "https://[broken"))
    assert (moved.kind, moved.status) == ("server", 502)
    assert moved.message.endswith("hint: does its URL (`providers.acme.base_url`) serve this protocol?")


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://api.acme.example/v1/chat/completions", "https://api.acme.example/v1/chat/completions"),
        ("/login?next=secret", "http://acme.example/login"),
        ("https://user:secret@other.example/", "https://other.example/"),
        ("https://[broken", "another URL"),
    ],
)
def test_a_redirect_tells_where_to_and_is_not_followed(location: str, place: str) -> None:
    page = b"<html><title>301 Moved Permanently</title></html>"
    moved = answered(301, page, target=Target("acme", "m", "http://acme.example/v1"), Location=location)
    assert (moved.kind, moved.status) == ("server", 502)
    assert moved.message == (
        f"provider `acme` answered 301: http://acme.example/v1 has moved to {place}, where nothing was sent; "
        "hint: check `providers.acme.base_url`"
    )


@pytest.mark.parametrize(
    ("status", "base_url", "probably"),
    [
        (404, "https://api.acme.example", "probably `base_url` lacks the API's path, such as `/v1`"),
        (404, "https://api.acme.example/v1", "probably `base_url` is not the API's"),
        (200, "https://api.acme.example/v1", "probably `base_url` is not the API's"),
        (502, "https://api.acme.example", "probably a gateway before it, or its firewall, answered in its place"),
        (403, "https://api.acme.example", "probably a gateway before it, or its firewall, answered in its place"),
    ],
)
def test_a_web_page_says_which_url_answered_it_and_what_was_meant(status: int, base_url: str, probably: str) -> None:
    page = answered(status, b"<html><title>Welcome</title></html>", Target("acme", "m", base_url), retry_after="4")
    assert page.message.startswith(f'provider `acme` answered {status} with a web page titled "Welcome" at {base_url}: ')
    assert probably in page.message
    assert page.retry_after == 4
    assert page.status == (502 if status == 200 else status)
    assert "titled" not in answered(status, b"<html></html>").message


def test_an_error_object_without_a_status_is_told_as_reported() -> None:
    reported = fault_from_error_object({"error": {"type": "overloaded_error", "message": "Overloaded"}}, TARGET)
    assert reported == Fault("overloaded", "overloaded_error", 529, "provider `acme` reported an error: Overloaded", None, None)


def test_an_error_object_with_a_status_keeps_it() -> None:
    assert fault_from_error_object({"message": "boom"}, TARGET, 503).message == "provider `acme` answered 503: boom"
    assert fault_from_error_object({"message": "boom"}, TARGET, 200) == Fault(
        "server", "api_error", 500, "provider `acme` reported an error: boom", None, 200
    )


def test_an_error_object_may_tell_of_an_overflow_and_of_the_upstream_behind_a_gateway() -> None:
    raw = json.dumps({"error": {"message": "the prompt is too long: 300 tokens > 200 maximum"}})
    nested = {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": raw, "provider_name": "X"}}}
    assert fault_from_error_object(nested, TARGET).message == "prompt is too long: 300 tokens > 200 maximum"
    full = {"base_resp": {"status_code": 2013, "status_msg": "invalid params, context window exceeds limit (2013)"}}
    assert fault_from_error_object(full, TARGET, estimate=140000).message == (
        "prompt is too long: 140000 tokens > 131072 maximum"
    )


@pytest.mark.parametrize(
    ("why", "told", "hint"),
    [
        (
            "[Errno 111] Connect call failed ('127.0.0.1', 1)",
            "the connection was refused (Connect call failed 127.0.0.1:1)",
            "is a server",
        ),
        (
            "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9, 0, 0), [Errno 111] Connect call failed ('::', 9)",
            "the connection was refused (Multiple exceptions: Connect call failed ::1:9, Connect call failed :::9)",
            "is a server",
        ),
        (
            "Certificate verify failed: unable to get local issuer certificate",
            "its TLS certificate was not accepted (Certificate verify failed: unable to get local issuer certificate)",
            "certificate authority",
        ),
        (
            "[Errno -2] Name or service not known",
            "its host name is not known (Name or service not known)",
            "check `providers.acme",
        ),
        ("[Errno 101] Network is unreachable", "there is no way to its network (Network is unreachable)", "the proxy"),
        (
            "TLS handshake failed: wrong version number",
            "the TLS handshake failed (TLS handshake failed: wrong version number)",
            "https",
        ),
        ("[Errno 104] Connection reset by peer", "it closed the connection (Connection reset by peer)", "try again"),
        ("Timed out", "it did not answer in time (Timed out)", "the network"),
        ("[Errno 104] ", "it closed the connection", "try again"),
        ("boom in /usr/lib/python3/site.py:12", "boom in …", "check `providers.acme.base_url`"),
        ("", "the connection failed", "check `providers.acme.base_url`"),
    ],
)
def test_a_provider_that_was_not_reached_is_told_with_what_to_check(why: str, told: str, hint: str) -> None:
    unreached = network_fault("acme", why)
    assert (unreached.kind, unreached.type, unreached.status, unreached.upstream_status) == ("network", "api_error", 502, None)
    assert unreached.message.startswith(f"provider `acme` could not be reached: {told}; hint: ")
    assert hint in unreached.message


def test_silence_is_told_with_its_length() -> None:
    assert timeout_fault("acme", "no byte for 60 s") == Fault(
        "timeout", "api_error", 504, "provider `acme` did not answer in time: no byte for 60 s"
    )
    assert timeout_fault("acme", "").message == "provider `acme` did not answer in time"


def test_a_model_that_the_client_named_is_not_found() -> None:
    unknown = model_not_found(TARGET, named_by_client=True, route="", known=["acme-11", "acme-2", "zeta"])
    assert (unknown.kind, unknown.type, unknown.status) == ("model", "not_found_error", 404)
    assert unknown.message == (
        "model: acme-1 (provider `acme` does not know the model `acme-1`); hint: did you mean `acme-11` or `acme-2`?"
    )


def test_a_model_that_the_configuration_named_is_a_bad_request_that_names_the_route() -> None:
    unknown = model_not_found(TARGET, named_by_client=False, route="think", known=["acme-1"])
    assert (unknown.kind, unknown.type, unknown.status) == ("model", "invalid_request_error", 400)
    assert unknown.message == (
        "route `think`: provider `acme` does not know the model `acme-1`; "
        "hint: check the route `think` and `providers.acme.models`"
    )


def test_chat_completions_errors_are_read_by_the_same_rule() -> None:
    assert fault(429, {}, b"slow down", TARGET) == answered(429, b"slow down")
    overflow = {"error": {"code": "context_length_exceeded"}}
    assert fault(400, {}, json.dumps(overflow).encode(), TARGET, estimate=140000) == answered(400, overflow, estimate=140000)


_HEADERS = st.dictionaries(st.sampled_from(["Retry-After", "content-type", "date", "x-ratelimit-reset"]), st.text())


@given(st.integers(100, 999), _HEADERS, st.binary(), st.none() | st.integers(0, 10**7))
def test_any_answer_becomes_one_readable_fault(status: int, headers: dict[str, str], body: bytes, estimate: int | None) -> None:
    told = fault_from_response(status, headers, body, TARGET, estimate=estimate)
    assert 400 <= told.status <= 529
    assert told.status != 401
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in told.message)
    assert len(told.message) < 1000


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(_SECRET),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "metadata", "raw", "status", "base_resp", "headers"]), inner
        )
    ),
)


@given(_JSON, st.none() | st.integers(100, 600))
def test_any_error_object_becomes_one_fault_without_a_key(obj: Any, status: int | None) -> None:
    told = fault_from_error_object(obj, TARGET, status)
    assert 400 <= told.status <= 529
    assert _SECRET not in told.message


@given(st.text())
def test_any_reason_becomes_one_readable_fault(why: str) -> None:
    for told in (network_fault("acme", why), timeout_fault("acme", why)):
        assert "\n" not in told.message
        assert len(told.message) < 600
