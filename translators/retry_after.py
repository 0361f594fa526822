"""How long a provider asks to wait, in seconds, wherever it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

type JsonObject = dict[str, Any]

_NUMBER = r"\d+(?:\.\d+)?"
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
# Go's notation, as OpenAI's and Groq's headers and messages have it: "6m0s", "1s", "20ms", "1h2m3.5s".
_DURATION = re.compile(rf"(?:{_NUMBER}(?:ms|[dhms]))+", re.IGNORECASE)
_DURATION_PART = re.compile(rf"({_NUMBER})(ms|[dhms])", re.IGNORECASE)
_IN_WORDS = re.compile(
    rf"(?:try(?:ing)? again|retry(?:ing)?|wait|available again|reset)s?\s+(?:in|after|for|at least)?\s*"
    rf"(?:(?P<go>(?:{_NUMBER}(?:ms|[dhms])\s?)+)(?![a-z])|(?P<number>{_NUMBER})\s*(?P<unit>millisecond|second|sec|minute|min|hour|day)?)",
    re.IGNORECASE,
)
_WORD_UNITS = {"millisecond": "ms", "second": "s", "sec": "s", "minute": "m", "min": "m", "hour": "h", "day": "d", None: "s"}
_FIRST_UNIX_SECONDS = 1e9  # smaller numbers are seconds to wait
_FIRST_UNIX_MILLISECONDS = 1e11


def from_headers(headers: Mapping[str, str]) -> float | None:
    """`retry-after-ms`, else `retry-after` in seconds or as a date. Header names are lower-case.

    A date is compared with the answer's own `date` header; without one it says nothing.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    return _moment(headers.get("retry-after", ""), headers)


def from_limits(headers: Mapping[str, str]) -> float | None:
    """`x-ratelimit-reset-requests: 1s` and its kin: when the limits that are used up are reset; when all are, if none says so.

    Values are Go durations (OpenAI, Groq), seconds (Cerebras), unix times in s or ms (OpenRouter) or dates (Anthropic).
    """
    resets = {name: wait for name, value in headers.items() if _is_reset(name) and (wait := _moment(value, headers)) is not None}
    used_up = [wait for name, wait in resets.items() if headers.get(_remaining(name), "").strip() in ("0", "0.0")]
    return max(used_up or resets.values(), default=None)


def from_body(objects: tuple[JsonObject, ...], text: str) -> float | None:
    """Google's `RetryInfo.retryDelay`, `retry_after` fields, headers quoted in the body, else "try again in 7.5s"."""
    for item in objects:
        for value in _delays(item):
            wait = _number(value) if isinstance(value, int | float | str) else None
            wait = _duration(str(value)) if wait is None else wait
            if wait is not None:
                return wait
        quoted = item.get("headers")
        if isinstance(quoted, dict):
            lower = {str(name).lower(): str(value) for name, value in quoted.items()}
            wait = from_headers(lower)
            if wait is not None:
                return wait
    return _from_words(text)


def _delays(item: JsonObject) -> Iterator[Any]:
    yield from (item[key] for key in ("retryDelay", "retry_after", "retry_after_seconds", "retryAfter") if key in item)


def _from_words(text: str) -> float | None:
    match = _IN_WORDS.search(text)
    if match is None:
        return None
    if match["go"]:
        return _duration(match["go"].replace(" ", ""))
    unit = match["unit"]
    return float(match["number"]) * _UNITS[_WORD_UNITS[unit.lower() if unit else None]]


def _is_reset(name: str) -> bool:
    return "ratelimit" in name and "reset" in name


def _remaining(name: str) -> str:
    return name.replace("reset", "remaining")


def _moment(value: str, headers: Mapping[str, str]) -> float | None:
    number = _number(value)
    if number is None:
        wait = _duration(value)
        return _until(_date(value), headers) if wait is None else wait
    if number < _FIRST_UNIX_SECONDS:
        return number
    return _until(number / 1000 if number >= _FIRST_UNIX_MILLISECONDS else number, headers)


def _until(then: float | None, headers: Mapping[str, str]) -> float | None:
    now = _date(headers.get("date", ""))
    return None if then is None or now is None else max(then - now, 0.0)


def _date(value: str) -> float | None:
    """Unix time of an HTTP or RFC 3339 date."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(value.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def _duration(value: str) -> float | None:
    value = value.strip()
    if not _DURATION.fullmatch(value):
        return None
    return sum(float(number) * _UNITS[unit.lower()] for number, unit in _DURATION_PART.findall(value))


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) and number >= 0 else None
