"""Flows as one self-contained piece of plain data. No secret is in it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mitmproxy import http, version

from addon import record
from addon.export.prose import without_prose as filled
from addon.headers import sounds_secret
from addon.inspect.line import line
from addon.local import our_version
from translators.redact import MASK, redact

FORM = 1
"""Of the document. Changes when a program that reads it must change."""


def document(flows: Sequence[http.HTTPFlow], *, secrets: Iterable[str], without_prose: bool = False) -> dict[str, Any]:
    """All of `flows` must be routed ones. `secrets` are blanked beside whatever looks like a key.

    Raises ValueError for a flow whose record cannot be read.
    """
    known = list(secrets)
    about = {
        "ccr_export": FORM,
        "ccr": our_version(),
        "mitmproxy": version.VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "prose": "replaced by filler of the same length" if without_prose else "as it was",
    }
    return {**about, "flows": [_flow(each, known, without_prose=without_prose) for each in flows]}


def _flow(flow: http.HTTPFlow, secrets: list[str], *, without_prose: bool) -> dict[str, Any]:
    kept = record.current(flow) or {}
    told: dict[str, Any] = {
        **{key: value for key, value in kept.items() if key not in record.BODIES},
        "client_request": kept["client_request"],
        "provider_request": _request(flow.request),
        "provider_answer": kept["provider_answer"],
        "client_answer": _answer(flow.response),
        "connection_error": flow.error.msg if flow.error else None,
    }
    told = _without_secrets(told, secrets)
    if without_prose:
        told = filled(told)
    return {"summary": line(told), **told}


def _request(request: http.Request) -> dict[str, Any]:
    body = request.get_text(strict=False) or ""
    return {"method": request.method, "url": request.url, "headers": _headers(request.headers), "body": body}


def _answer(response: http.Response | None) -> dict[str, Any] | None:
    if response is None:
        return None
    body = response.get_text(strict=False) or ""
    return {"status": response.status_code, "headers": _headers(response.headers), "body": body}


def _headers(headers: http.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _without_secrets(value: Any, secrets: list[str], key: str = "") -> Any:
    match value:
        case str():
            return MASK if sounds_secret(key) else redact(value, secrets)
        case Mapping():
            return {
                redact(str(name), secrets): _without_secrets(item, secrets, str(name).lower()) for name, item in value.items()
            }
        case list() | tuple():
            return [_without_secrets(item, secrets) for item in value]
        case _:
            return value
