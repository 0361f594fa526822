"""What the router answers itself: token counts, the list of models, and who it is."""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mitmproxy import ctx, http

from addon.answers import error_response, value_response
from addon.calls import Call, call_of
from addon.client.login import passes_login
from addon.config.settings import ANY, Settings
from addon.ports import shown
from addon.service.plan import here
from translators.errors import Fault

UNKNOWN_RELEASE = "1970-01-01T00:00:00Z"
"""What Anthropic's API gives as `created_at` for a model whose release is not known."""

CLAUDE_MODELS = (
    ("claude-opus-4-8", "Claude Opus 4.8"),
    ("claude-sonnet-4-6", "Claude Sonnet 4.6"),
    ("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
)
"""Names that Claude Code sends. The router's rules decide who answers to them."""

STARTED = time.time()
"""When this process began to serve, in seconds since 1970."""

_OF_OTHERS = ("forwarded", "x-forwarded-for", "via", "origin", "referer")

DEFAULT_LIMIT, MAX_LIMIT = 20, 1000


def our_version() -> str:
    try:
        return version("ccr")
    except PackageNotFoundError:
        return "source"


def health(flow: http.HTTPFlow, settings: Settings, loaded_at: float) -> http.Response:
    """Times are in seconds since 1970. What helps only who sits at this machine is told to nobody else."""
    value: dict[str, Any] = {"status": "ok", "name": "ccr", "version": our_version(), "config": settings.source}
    if is_from_here(flow):
        value |= {"pid": os.getpid(), "started": STARTED, "loaded": loaded_at, "web_url": _web_url(), "routes": _routes(settings)}
        value |= {"own_login": passes_login(settings)}
    return value_response(flow, value)


def accepted_keys(flow: http.HTTPFlow, settings: Settings) -> tuple[str, ...]:
    """Keys of which a client must show one; none if any may come. The service's own is good for its health alone."""
    plan = here()
    own = (plan.key,) if plan and plan.key and call_of(flow.request.method, flow.request.path) is Call.HEALTH else ()
    return (*settings.client_keys, *own) if settings.client_keys else ()


def is_from_here(flow: http.HTTPFlow) -> bool:
    """Whether a program of this machine asks: neither a proxy for somebody else, nor a web page in the user's browser.

    The host that was asked for, which gives away a page under a name of its own, is overwritten by mitmproxy.
    """
    peer, own, headers = flow.client_conn.peername, flow.client_conn.sockname, flow.request.headers
    if any(name in headers for name in _OF_OTHERS) or "mozilla" in headers.get("user-agent", "").lower():
        return False
    address = ipaddress.ip_address(peer[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback or peer[0] == own[0]


def _web_url() -> str:
    """The page of mitmweb, without its login; "" in mitmdump."""
    return f"http://{shown(ctx.options.web_host, ctx.options.web_port)}/" if "web_port" in ctx.options else ""


def _routes(settings: Settings) -> dict[str, str]:
    return {name: str(choice) for name, choice in settings.router.routes.items()}


def root(flow: http.HTTPFlow, settings: Settings) -> http.Response:
    hint = "export ANTHROPIC_BASE_URL=<this address>, then run `claude`"
    return value_response(flow, {"name": "ccr", "version": our_version(), "routes": _routes(settings), "hint": hint})


def models(flow: http.HTTPFlow, settings: Settings) -> http.Response:
    """One page of the list, by Anthropic's `limit`, `after_id` and `before_id`."""
    query = parse_qs(urlsplit(flow.request.path).query)
    every = [_model(*model) for model in known_models(settings)]
    ids = [model["id"] for model in every]
    try:
        limit = min(MAX_LIMIT, max(1, int(query.get("limit", [str(DEFAULT_LIMIT)])[0])))
        start = ids.index(query["after_id"][0]) + 1 if "after_id" in query else 0
        end = ids.index(query["before_id"][0]) if "before_id" in query else len(ids)
    except ValueError as error:
        return error_response(Fault("request", "invalid_request_error", 400, f"models: {error}"), flow)
    first = max(start, end - limit) if "before_id" in query else start
    page = every[first:end][:limit]
    more = first > start if "before_id" in query else first + len(page) < end
    return value_response(
        flow,
        {
            "data": page,
            "has_more": more,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        },
    )


def model(flow: http.HTTPFlow, settings: Settings) -> http.Response:
    """One model. Any Claude name is known: the rules answer to all of them."""
    wanted = unquote(urlsplit(flow.request.path).path).removeprefix("/v1/models/").rstrip("/")
    names = dict(known_models(settings))
    if wanted in names or wanted.startswith(("claude", "anthropic")):
        return value_response(flow, _model(wanted, names.get(wanted, wanted)))
    return error_response(Fault("model", "not_found_error", 404, f"model: `{wanted}` is not configured"), flow)


def known_models(settings: Settings) -> Iterable[tuple[str, str]]:
    """Ids and display names: the names that Claude Code sends, then `provider,model` of the configuration."""
    yield from CLAUDE_MODELS
    for provider in settings.providers.values():
        for name in provider.models:
            if name != ANY:
                yield f"{provider.name},{name}", f"{name} ({provider.name})"


def _model(model_id: str, shown: str) -> dict[str, Any]:
    return {"type": "model", "id": model_id, "display_name": shown, "created_at": UNKNOWN_RELEASE}


def unknown_path(flow: http.HTTPFlow) -> Fault:
    served = "POST /v1/messages, POST /v1/messages/count_tokens, GET /v1/models, GET /health"
    path = urlsplit(flow.request.path).path
    return Fault("request", "not_found_error", 404, f"`{flow.request.method} {path}` is not served here; served: {served}")
