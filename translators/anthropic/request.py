"""A Messages request for a provider that speaks Messages itself: the model, the host and the headers change, the rest stays."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from pydantic_core import to_json

from translators.anthropic.history import fit_history
from translators.anthropic.splice import set_value
from translators.contract import JsonObject, Request, Target, WireRequest
from translators.errors import BadRequest
from translators.notes import Notes
from translators.providers import known_for

API_VERSION = "2023-06-01"
USER_AGENT = "ccr/0.1"

# What Anthropic itself may see of the client. Its own credential is none of these and is the host's business.
_CLIENT_HEADERS = ("anthropic-", "x-stainless-", "x-claude-code-", "x-app", "user-agent")
# Betas that change what may stand in the body. The body goes out as it came, so for these a server that checks must be told;
# the rest (`claude-code-…`, `oauth-…`, `context-1m-…`) say who asks or what account pays, which is no third party's business.
BETAS_FOR_OTHERS = (
    "context-management-",  # `context_management`
    "effort-",  # `output_config.effort`
    "structured-outputs-",  # `output_config.format`
    "interleaved-thinking-",  # thinking between tool calls
    "fine-grained-tool-streaming-",  # arguments streamed as they come
    "mid-conversation-system-",  # `role: system` among the messages
    "prompt-caching-",  # the scope of `cache_control`
    "extended-cache-ttl-",  # `cache_control.ttl`
    "web-fetch-",  # tools by their type
    "computer-use-",
    "token-efficient-tools-",
)
_MOST_BETAS, _LONGEST_BETA = 20, 60


def encode(request: Request, target: Target) -> WireRequest:
    """The request for one target; its bytes are the client's but for the model, unless the history or `overrides` demand more.

    Raises BadRequest for a body that cannot be written; changes nothing it is given.
    """
    body, history = fit_history(request.body, strict=is_strict(target.base_url))
    notes = Notes(target)
    notes.model(request.model)
    notes.extend(history)
    notes.params(body)
    headers = _headers(request, target, notes)
    notes.headers()
    return WireRequest(
        url=messages_url(target.base_url, beta=is_official(target.base_url) and "anthropic-beta" in request.headers),
        headers=headers,
        body=_bytes(request, body, target),
        streams=body.get("stream") is True and target.overrides.get("stream", True) is True,
        notes=notes.done(),
    )


def is_official(base_url: str) -> bool:
    """Whether it is Anthropic's own API."""
    return _host(base_url) == "api.anthropic.com"


def is_strict(base_url: str) -> bool:
    """Whether a server checks a history as Anthropic does, which an unknown one may.

    The known third parties write ids and thinking in their own forms, and want them back as they were.
    """
    known = known_for(base_url)
    return known is None or known.name == "anthropic"


def messages_url(base_url: str, *, beta: bool = False) -> str:
    """The endpoint under a base URL, which may end in `/v1/messages`, in `/v1`, or in neither; a query is kept."""
    scheme, host, path, query, _ = urlsplit(base_url)
    path = path.rstrip("/")
    if not path.endswith("/messages"):
        path += "/messages" if re.search(r"/v\d+$", path) else "/v1/messages"
    if beta and "beta=" not in query:
        query = f"{query}&beta=true" if query else "beta=true"
    return urlunsplit((scheme, host, path, query, ""))


def _bytes(request: Request, body: JsonObject, target: Target) -> bytes:
    if body is request.body and not target.overrides:
        if request.model == target.model:
            return request.raw
        try:
            return set_value(request.raw, ("model",), target.model)
        except ValueError as error:
            raise BadRequest(f"model: {error}") from error
    merged = {**body, "model": target.model, **target.overrides}
    kept = {name: value for name, value in merged.items() if not (name in target.overrides and value is None)}
    try:
        return to_json(kept)
    except ValueError as error:
        raise BadRequest(f"the request cannot be written as JSON: {error}") from error


def _headers(request: Request, target: Target, notes: Notes) -> dict[str, str]:
    given = {name.lower(): value for name, value in request.headers.items()}
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "anthropic-version": given.get("anthropic-version", API_VERSION),
        "user-agent": USER_AGENT,
    }
    if is_official(target.base_url):
        headers |= {name: value for name, value in given.items() if name.startswith(_CLIENT_HEADERS)}
    elif given.get("anthropic-beta"):
        _set_betas(headers, given["anthropic-beta"], notes)
    return headers | {name.lower(): value for name, value in target.headers.items()}


def _set_betas(headers: dict[str, str], given: str, notes: Notes) -> None:
    betas = [beta for beta in map(str.strip, given.split(",")) if beta]
    sent = [beta for beta in betas if beta.startswith(BETAS_FOR_OTHERS)]
    if sent:
        headers["anthropic-beta"] = ",".join(sent)
    if dropped := [f"`{beta[:_LONGEST_BETA]}`" for beta in betas if beta not in sent][:_MOST_BETAS]:
        text = "of the header `anthropic-beta` these were left out, they say who asks or what account pays: {}"
        notes.add("headers.betas", text, (), ", ".join(dropped))


def _host(base_url: str) -> str:
    try:
        return (urlsplit(base_url).hostname or "").lower()
    except ValueError:
        return ""
