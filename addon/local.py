"""What the router answers itself: token counts, the list of models, and who it is."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mitmproxy import http

from addon.answers import error_response, value_response
from addon.config.settings import ANY, Settings
from translators.errors import Fault

UNKNOWN_RELEASE = "1970-01-01T00:00:00Z"
"""What Anthropic's API gives as `created_at` for a model whose release is not known."""

CLAUDE_MODELS = (
    ("claude-opus-4-8", "Claude Opus 4.8"),
    ("claude-sonnet-4-6", "Claude Sonnet 4.6"),
    ("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
)
"""Names that Claude Code sends. The router's rules decide who answers to them."""

DEFAULT_LIMIT, MAX_LIMIT = 20, 1000


def our_version() -> str:
    try:
        return version("ccr")
    except PackageNotFoundError:
        return "source"


def health(flow: http.HTTPFlow, settings: Settings) -> http.Response:
    value = {"status": "ok", "name": "ccr", "version": our_version(), "config": settings.source}
    return value_response(flow, value)


def root(flow: http.HTTPFlow, settings: Settings) -> http.Response:
    routes = {name: str(choice) for name, choice in settings.router.routes.items()}
    hint = "export ANTHROPIC_BASE_URL=<this address>, then run `claude`"
    return value_response(flow, {"name": "ccr", "version": our_version(), "routes": routes, "hint": hint})


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
