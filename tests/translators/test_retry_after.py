from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.retry_after import from_body, from_headers, from_limits

_NOW = {"date": "Wed, 21 Oct 2015 07:28:00 GMT"}
_NOW_UNIX = 1445412480


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "1m30s"}, 90.0),
        ({"retry-after": "0s"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:29:30 GMT", **_NOW}, 90.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:27:00 GMT", **_NOW}, 0.0),
        ({"retry-after": "2015-10-21T07:28:05Z", **_NOW}, 5.0),
        ({"retry-after": "2015-10-21T07:28:05", **_NOW}, 5.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:29:30 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3.0),
        ({}, None),
    ],
)
def test_the_retry_headers_are_read(headers: dict[str, str], seconds: float | None) -> None:
    assert from_headers(headers) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "20ms",
                "x-ratelimit-remaining-tokens": "999",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            0.02,
        ),
        ({"x-ratelimit-reset-tokens-minute": "33.1"}, 33.1),
        ({"x-ratelimit-reset": str(_NOW_UNIX + 30), **_NOW}, 30.0),
        ({"x-ratelimit-reset": str((_NOW_UNIX + 30) * 1000), **_NOW}, 30.0),
        ({"x-ratelimit-reset": str(_NOW_UNIX + 30)}, None),
        ({"anthropic-ratelimit-tokens-reset": "2015-10-21T07:29:00Z", **_NOW}, 60.0),
        ({"x-ratelimit-reset-tokens": "later"}, None),
        ({"x-ratelimit-limit-tokens": "100"}, None),
    ],
)
def test_the_limit_that_is_used_up_says_when_it_is_reset(headers: dict[str, str], seconds: float | None) -> None:
    assert from_limits(headers) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please try again in 7.5s. Visit the console", 7.5),
        ("Please try again in 1m26.4s.", 86.4),
        ("Please try again in 20ms.", 0.02),
        ("Please retry in 39.06s.", 39.06),
        ("Try again in 2 minutes", 120.0),
        ("retry after 5 seconds", 5.0),
        ("Please retry after 6 seconds.", 6.0),
        ("wait 500 milliseconds", 0.5),
        ("Please wait 3", 3.0),
        ("try again in 1 hour", 3600.0),
        ("try again later", None),
        ("too many tokens: 90000", None),
        ("", None),
    ],
)
def test_words_say_how_long_to_wait(text: str, seconds: float | None) -> None:
    assert from_body((), text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("item", "seconds"),
    [
        ({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "39s"}, 39.0),
        ({"retryDelay": "0.5s"}, 0.5),
        ({"retry_after": 4}, 4.0),
        ({"retry_after": None, "retry_after_seconds": "7"}, 7.0),
        ({"retryDelay": {"seconds": 4}}, 9.0),
        ({"headers": {"Retry-After": 11}}, 11.0),
        ({"headers": {"X-Other": "11"}}, 9.0),
        ({"headers": "none"}, 9.0),
    ],
)
def test_fields_of_the_body_come_before_its_words(item: dict[str, object], seconds: float) -> None:
    assert from_body((item,), "try again in 9s") == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date", "x-ratelimit-reset"]), st.text()), st.text())
def test_reading_never_raises_and_never_asks_for_the_past(headers: dict[str, str], text: str) -> None:
    for wait in (from_headers(headers), from_limits(headers), from_body(({"headers": headers},), text)):
        assert wait is None or wait >= 0
