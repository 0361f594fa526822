"""What went wrong at a provider, in the client's terms: one `Fault` for any answer, error object or broken connection.

Messages name the provider and hold no secret that has the shape of a key, no stack trace and no file path. The host passes them
through `redact` with the keys it knows before anyone sees them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from translators import retry_after
from translators.contract import Target
from translators.error_line import Said, clean, read_body, read_value, shorten
from translators.errors import Fault
from translators.fault_table import Shape, is_about_key, is_about_model, is_about_money, is_about_rate, shape_of, status_of_error
from translators.overflow import Overflow, find_overflow, overflow_message
from translators.redact import redact

__all__ = ["fault_from_error_object", "fault_from_response", "model_not_found", "network_fault", "redact", "timeout_fault"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FILE_PATH = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:)?(?:[/\\][\w.@+-]+){2,}[/\\]?(?::\d+)*")
_ERRNO = re.compile(r"\[(?:Errno|WinError|SSL)[^\]]*\]\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"\('([^']+)', (\d+)(?:, \d+)*\)")

# What mitmproxy, asyncio and OpenSSL say of a connection that failed: what it means, and what to look at.
_NETWORK_REASONS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning, hint)
    for pattern, meaning, hint in (
        (
            r"certificate|self.signed",
            "its TLS certificate was not accepted",
            "check the host in `{base_url}`, or install the certificate authority",
        ),
        (
            r"errno 111|errno 61\b|winerror 1225|connection refused|connect call failed",
            "the connection was refused",
            "is a server running at `{base_url}`?",
        ),
        (
            r"errno -[2358]\b|name or service not known|name resolution|nodename|getaddrinfo|no address associated|unknown host",
            "its host name is not known",
            "check `{base_url}` and the network",
        ),
        (
            r"unreachable|no route to host|errno (?:101|113|51|65)\b",
            "there is no way to its network",
            "check the network, the proxy and `{base_url}`",
        ),
        (r"ssl|tls|handshake|wrong version number", "the TLS handshake failed", "does `{base_url}` speak https?"),
        (
            r"reset|closed|disconnect|eof|broken pipe|errno (?:104|54|32)\b",
            "it closed the connection",
            "try again; check `{base_url}` if it stays",
        ),
        (r"timed? ?out", "it did not answer in time", "check `{base_url}` and the network"),
    )
)


def fault_from_response(
    status: int, headers: Mapping[str, str], body: bytes, target: Target, *, estimate: int | None = None
) -> Fault:
    """The fault in a provider's error answer, of any status and any body. `estimate` is our count of the request's tokens.

    Never raises.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    if status in _REDIRECTS and lower.get("location"):
        return _redirect_fault(status, lower["location"], target)
    said = read_body(body, lower)
    if said.is_html:
        return _web_page_fault(status, said, target, retry_after.from_headers(lower))
    if not said.text and status in (400, 413) and estimate and target.context_window and estimate > target.context_window:
        # Cerebras and Mistral refuse a prompt that is too long with an empty body.
        return _context_fault(Overflow(), target, estimate, status)
    return _fault(_Answer(status, lower, f"answered {status}"), said, target, estimate)


def fault_from_error_object(obj: Any, target: Target, status: int | None = None, *, estimate: int | None = None) -> Fault:
    """The fault in an error that came as JSON: inside of a stream, or in a body that was answered with 200. Never raises.

    `status` is the provider's if it had one of 400 or above; otherwise it is taken from the error's codes and words.
    """
    said = read_value(obj)
    told = status if status is not None and status >= 400 else status_of_error(said.text, said.codes, said.objects)
    answer = _Answer(told, {}, f"answered {status}" if told == status else "reported an error")
    return replace(_fault(answer, said, target, estimate), upstream_status=status)


def network_fault(provider: str, why: str) -> Fault:
    """The provider was never reached. `why` is the connection's own words; paths and numbers of errors are left out."""
    meaning, hint = next(((meaning, hint) for pattern, meaning, hint in _NETWORK_REASONS if pattern.search(why)), ("", ""))
    detail = _connection_words(why)
    told = f"{meaning} ({detail})" if meaning and detail else meaning or detail or "the connection failed"
    advice = (hint or "check `{base_url}` and the network").format(base_url=f"providers.{provider}.base_url")
    return Fault("network", "api_error", 502, f"provider `{provider}` could not be reached: {told}; hint: {advice}")


def timeout_fault(provider: str, why: str) -> Fault:
    """The provider was silent for too long."""
    detail = _connection_words(why)
    return Fault("timeout", "api_error", 504, f"provider `{provider}` did not answer in time" + (f": {detail}" if detail else ""))


def model_not_found(target: Target, *, named_by_client: bool, route: str, known: Sequence[str]) -> Fault:
    """A model that its provider does not know: 404 to a client that named it, 400 naming the route if the configuration did.

    The client hides the text of a 404. `known` are the provider's models, as far as the configuration lists them.
    """
    close = get_close_matches(target.model, [name for name in known if name != target.model], n=3, cutoff=0.5)
    hint = f"; hint: did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""
    told = f"provider `{target.provider}` does not know the model `{target.model}`"
    if named_by_client:
        return Fault("model", "not_found_error", 404, f"model: {target.model} ({told}){hint}")
    hint = hint or f"; hint: check the route `{route}` and `providers.{target.provider}.models`"
    return Fault("model", "invalid_request_error", 400, f"route `{route}`: {told}{hint}")


class _Answer(NamedTuple):
    """A provider's answer: its status, or the one it stands for; its headers, lower-case; what it did, in words."""

    status: int
    headers: Mapping[str, str]
    did: str


def _fault(answer: _Answer, said: Said, target: Target, estimate: int | None) -> Fault:
    overflow = None if answer.status in (401, 402, 403) else find_overflow(said.text, said.codes, said.objects)
    if overflow is not None:
        return _context_fault(overflow, target, estimate, answer.status)
    shape = _shape(answer.status, said)
    wait = retry_after.from_headers(answer.headers)
    if wait is None and shape.kind in ("rate", "overloaded", "billing"):
        wait = retry_after.from_body(said.objects, said.text)
        wait = retry_after.from_limits(answer.headers) if wait is None else wait
    return Fault(shape.kind, shape.type, shape.status, _message(shape, answer, said.line, target), wait, answer.status)


def _shape(status: int, said: Said) -> Shape:
    if status == 400 and is_about_key(said.text, said.codes):
        return shape_of(401)
    if status in (400, 404, 422) and is_about_model(said.text, said.codes):
        return Shape("model", *shape_of(404 if status == 404 else 400)[1:])
    if status == 413 and is_about_rate(said.text, said.codes):
        return shape_of(429)
    if status in (400, 403, 429) and is_about_money(said.text, said.codes):
        # A 429 stays one: the client then waits and asks again, and a plan's quota comes back.
        return Shape("billing", *shape_of(429 if status == 429 else 402)[1:])
    return shape_of(status)


def _message(shape: Shape, answer: _Answer, line: str, target: Target) -> str:
    provider, status = f"provider `{target.provider}`", answer.status
    reason = line or "it gave no reason"
    if shape.kind == "credential" and status != 403:
        return f"{provider} refused its API key ({status}): {reason}; hint: check `providers.{target.provider}.api_key`"
    if shape.kind == "credential":
        return f"{provider} refused the request (403): {reason}"
    if shape.kind == "billing":
        return f"{provider} asks for payment ({status}): {reason}"
    told = f"{provider} {answer.did}: {reason}"
    if (status == 404 and shape.kind != "model") or not 400 <= status < 600:
        told += f"; hint: does {_shown_url(target.base_url)} (`providers.{target.provider}.base_url`) serve this protocol?"
    return told


def _context_fault(overflow: Overflow, target: Target, estimate: int | None, status: int) -> Fault:
    message = overflow_message(overflow, target.context_window, estimate)
    return Fault("context", "invalid_request_error", 400, message, None, status)


def _web_page_fault(status: int, said: Said, target: Target, wait: float | None) -> Fault:
    """A web page where an API should be: a gateway's error page, or a base URL that is not the API's."""
    shape = shape_of(status if status >= 400 else 502)
    title = f' titled "{shorten(said.text, 120)}"' if said.text else ""
    if status >= 500 or status in (403, 429):
        probably = "a gateway before it, or its firewall, answered in its place"
    elif "/v1" not in target.base_url:
        probably = "`base_url` lacks the API's path, such as `/v1`"
    else:
        probably = "`base_url` is not the API's"
    told = f"provider `{target.provider}` answered {status} with a web page{title} at {_shown_url(target.base_url)}"
    hint = f"{probably}; hint: check `providers.{target.provider}.base_url`"
    return Fault(shape.kind, shape.type, shape.status, f"{told}: probably {hint}", wait, status)


def _redirect_fault(status: int, location: str, target: Target) -> Fault:
    """Not followed: the key and the conversation go where the configuration says, and nowhere else."""
    told = f"{_shown_url(target.base_url)} has moved to {_moved(location, target)}, where nothing was sent"
    hint = f"hint: check `providers.{target.provider}.base_url`"
    return Fault("server", "api_error", 502, f"provider `{target.provider}` answered {status}: {told}; {hint}", None, status)


def _moved(location: str, target: Target) -> str:
    try:
        return _shown_url(urljoin(target.base_url, location))
    except ValueError:
        return "another URL"


def _shown_url(url: str) -> str:
    """The URL without a user, a password and a query, any of which may be a secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "its URL"
    return redact(clean(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"))


def _connection_words(why: str) -> str:
    plain = _ADDRESS.sub(lambda match: f"{match[1]}:{match[2]}", _ERRNO.sub("", clean(why)))
    return shorten(_FILE_PATH.sub("…", plain), 300).strip(" :;.")
