"""One GET of a provider's, and what its answer means where it is not what was asked for."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx2

from addon.config.settings import Provider
from addon.models.reach import Trouble, explained
from translators.anthropic.request import API_VERSION, USER_AGENT
from translators.error_line import read_body
from translators.fault_table import is_about_money
from translators.redact import redact

MAX_BYTES = 32 * 1024 * 1024
MAX_SECONDS = 30.0
"""For a whole answer: one that comes in drops would never run into the limit of each wait."""
QUOTED_AT_MOST = 200
"""Characters of a provider's own words that are quoted."""


def get(client: httpx2.Client, provider: Provider, key: str, url: str) -> Any:
    """The JSON at a URL of the provider. Raises Trouble."""
    headers = {"accept": "application/json", "user-agent": USER_AGENT}
    if provider.dialect == "anthropic":
        headers["anthropic-version"] = API_VERSION
    headers |= {**provider.headers, **provider.credential_header(key)}
    try:
        with client.stream("GET", url, headers=headers) as response:
            body = _body(response, url, time.monotonic() + MAX_SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
        raise explained(error, url, provider) from None
    if response.is_redirect:
        raise _led_away(response, url)
    if response.status_code != 200:
        raise refused(provider, key, response.status_code, body, url)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        hint = "is `base_url` the API's, and not a web page's?"
        raise Trouble("nonsense", f"{shown(url)} answers something that is not JSON", hint) from None


def refused(provider: Provider, key: str, status: int, body: bytes, url: str) -> Trouble:
    """What an error answer to a plain GET means."""
    said = provider_words(body, (key, *provider.keys))
    words = f"{status}" + (f": {said}" if said else "")
    about = read_body(body, {})
    match 402 if status in (400, 403, 429) and is_about_money(about.text, about.codes) else status:
        case 401 | 403:
            what = "the key is refused" if key else "a key is asked for"
            hint = "is it complete, of this provider, and not revoked?" if key else "give the provider an `api_key: $NAME`"
            return Trouble("denied", f"{what} ({words})", hint, status)
        case 402:
            return Trouble("billing", f"the account has no credit ({words})", "add credit at the provider's site", status)
        case 404 | 405 | 501:
            return Trouble("missing", f"{shown(url)} is not there ({words})", "check `base_url`; name models yourself", status)
        case _:
            return Trouble("status", f"{shown(url)} answers {words}", "try again later", status)


def provider_words(body: bytes, secrets: tuple[str, ...] = ()) -> str:
    """The message of an error answer, short, in one line and without secrets; "" where it holds none."""
    try:
        message = _message(json.loads(body))
    except (ValueError, RecursionError):
        text = body[:2000].decode("utf-8", "replace")
        message = "" if "<" in text else text
    line = " ".join(redact(message, [secret for secret in secrets if secret]).split())
    printable = "".join(letter for letter in line if letter.isprintable())
    return printable if len(printable) <= QUOTED_AT_MOST else printable[: QUOTED_AT_MOST - 1] + "…"


def _message(value: Any) -> str:
    match value:
        case {"error": {"message": str(text)}} | {"message": str(text)} | {"error": str(text)} | {"detail": str(text)}:
            return text
        case [{"error": {"message": str(text)}}, *_]:
            return text
        case _:
            return ""


def _led_away(response: httpx2.Response, url: str) -> Trouble:
    """Neither this program nor the router follows: a key must not go where it was not sent."""
    try:
        to = f" to {shown(urljoin(url, response.headers['location']))}"
    except ValueError:
        to = ""
    what = f"{shown(url)} leads elsewhere ({response.status_code}){to}"
    return Trouble("status", what, "is `base_url` the API's own address, or one that only leads there?", response.status_code)


def _body(response: httpx2.Response, url: str, until: float) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if time.monotonic() > until:
            raise Trouble("timeout", f"{shown(url)} sends its answer too slowly", "try again; is the address right?")
        if len(body) > MAX_BYTES:
            raise Trouble("nonsense", f"the answer is longer than {MAX_BYTES} bytes", "is `base_url` the API's?")
    return bytes(body)


def shown(url: str) -> str:
    """Without login and query, which may hold a key."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
