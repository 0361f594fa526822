"""A Messages request as a chat-completions request. The order of `encode` is the table of contents:

``system``      the system prompt
``history``     the conversation, of which ``assistant`` turns, tool ``results`` and ``media``
``tools``       the tools offered (``typed_tools`` are Anthropic's own, ``server_tools`` what its servers ran)
``parameters``  limits, sampling, who asks
``settings``    what only Anthropic knows, and is dropped
``thinking``    the switch for thinking
``output``      an answer that must be JSON

What leaves is built from what is known here, never copied and pruned: many servers answer 400 to one field they do not know.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from pydantic_core import PydanticSerializationError, to_json

from translators.contract import JsonObject, Request, Target, WireRequest
from translators.errors import BadRequest
from translators.openai_chat.draft import Draft
from translators.openai_chat.history import chat_messages
from translators.openai_chat.output import output_format
from translators.openai_chat.parameters import caller_fields, limit_fields, sampling_fields
from translators.openai_chat.settings import note_dropped_settings
from translators.openai_chat.system import system_messages
from translators.openai_chat.thinking import thinking_fields
from translators.openai_chat.tools import offer_tools

# A constant, not the installed version: looking that up costs more than this whole package's import.
USER_AGENT = "ccr/0.1"


def encode(request: Request, target: Target) -> WireRequest:
    """The request for one target. Raises BadRequest for content that cannot be carried; changes nothing it is given."""
    draft = Draft(target)
    try:
        fields = _body(request, draft)
        draft.notes.params(fields)
        fields = _with_overrides(fields, target)
        body = to_json(fields)
    except (PydanticSerializationError, RecursionError) as error:
        raise BadRequest(f"the request cannot be written as JSON: {error}") from error
    streams = fields.get("stream") is True
    draft.notes.headers()
    return WireRequest(
        url=chat_url(target.base_url),
        headers=_headers(target, streams=streams),
        body=body,
        streams=streams,
        tool_names=draft.tool_names,
        notes=draft.notes.done(),
    )


def chat_url(base_url: str) -> str:
    """The endpoint under a base URL: a full one stays, a bare host gets `/v1`; a query (Azure's `api-version`) is kept."""
    scheme, host, path, query, _ = urlsplit(base_url)
    path = path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = (path or "/v1") + "/chat/completions"
    return urlunsplit((scheme, host, path, query, ""))


def _body(request: Request, draft: Draft) -> JsonObject:
    body = request.body
    draft.notes.model(request.model)
    draft.note("protocol", "`system` and `messages` were written as the messages of chat completions", ("system", "messages"))
    note_dropped_settings(request, draft)
    output = output_format(body, draft)
    messages = chat_messages(body.get("messages"), draft)
    offer = offer_tools(body, draft)
    fields: JsonObject = {
        "model": draft.target.model,
        "messages": system_messages(body.get("system"), (output.instruction, offer.instruction), draft) + messages,
        **offer.fields,
        **limit_fields(body, draft),
        **sampling_fields(body, draft),
        **thinking_fields(body, offer, draft),
        **output.fields,
        **caller_fields(request, draft),
    }
    return fields | _stream_fields(request, draft)


def _stream_fields(request: Request, draft: Draft) -> JsonObject:
    if not request.streams:
        if "stream" in request.body:
            draft.note("stream.off", "`stream` was left out: no stream is what is given unasked", ("stream",))
        return {}
    if not draft.quirks.stream_usage:
        return {"stream": True}
    draft.note_caused("stream.usage", "usage is asked for with the stream", ("stream_options",), "quirks.stream_usage")
    return {"stream": True, "stream_options": {"include_usage": True}}


def _with_overrides(fields: JsonObject, target: Target) -> JsonObject:
    merged = {**fields, **target.overrides}
    return {name: value for name, value in merged.items() if not (name in target.overrides and value is None)}


def _headers(target: Target, *, streams: bool) -> dict[str, str]:
    """Nothing of the client's. The answer is asked for uncompressed, so that its events can be read as they come."""
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if streams else "application/json",
        "accept-encoding": "identity",
        "user-agent": USER_AGENT,
    }
    return headers | {name.lower(): value for name, value in target.headers.items()}
