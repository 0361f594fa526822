"""Limits, sampling, stop sequences, and who asks."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from translators.contract import JsonObject, Request
from translators.errors import BadRequest
from translators.openai_chat.draft import Draft

_LONGEST_KEY = 64  # OpenAI's API reference, `prompt_cache_key`
_SESSION_HEADER = "x-claude-code-session-id"
_LIMIT_FIELDS = ("max_tokens", "max_completion_tokens")
_STOP_FIELDS = ("stop_sequences", "stop")
# With the quirk that says whether the target takes it.
_SAMPLING = (("temperature", "quirks.sampling"), ("top_p", "quirks.sampling"), ("top_k", "quirks.top_k"))


def limit_fields(body: JsonObject, draft: Draft) -> JsonObject:
    """`max_tokens`, lowered to what the model can give. Raises BadRequest for what is no number of tokens."""
    wanted = body.get("max_tokens")
    if wanted is None:
        return {}
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise BadRequest("max_tokens: Input should be a whole number greater than 0")
    field, given = draft.quirks.max_tokens_field, wanted
    limits = ((draft.target.max_output, "max_output"), (draft.quirks.max_output, "quirks.max_output"))
    limit, source = min(((limit, source) for limit, source in limits if limit), default=(wanted, ""))
    if limit < wanted:
        draft.note_caused("settings.max_tokens", "`max_tokens` {} was lowered to {}", _LIMIT_FIELDS, source, wanted, limit)
        given = limit
    if field != "max_tokens":
        draft.note_caused(
            "settings.max_tokens_field", "`max_tokens` is sent as `{}`", ("max_tokens", field), "quirks.max_tokens_field", field
        )
    return {field: given}


def sampling_fields(body: JsonObject, draft: Draft) -> JsonObject:
    """`temperature`, `top_p`, `top_k` and `stop`, as far as the target takes them."""
    fields: JsonObject = {}
    for name, quirk in _SAMPLING:
        value = body.get(name)
        if value is None:
            continue
        if draft.quirks.top_k if name == "top_k" else draft.quirks.sampling:
            fields[name] = value
        else:
            draft.note_caused(
                f"settings.{name}", "`{}` was dropped, `{}` does not take it", (name,), quirk, name, str(draft.target)
            )
    return fields | _stop_field(body.get("stop_sequences"), draft)


def caller_fields(request: Request, draft: Draft) -> JsonObject:
    """The session and a hash of the user, where the target has fields for them. Never `metadata`: it names device and account."""
    fields = _caller_fields(request, draft)
    if request.body.get("metadata") is not None:
        draft.note("settings.metadata", "`metadata` was dropped: it names the user's device and account", ("metadata",))
    return fields


def _caller_fields(request: Request, draft: Draft) -> JsonObject:
    quirks = draft.quirks
    if not (quirks.session or quirks.user):
        return {}
    user_id = _user_id(request.body)
    identity = _identity(user_id)
    session = identity.get("session_id") or request.headers.get(_SESSION_HEADER) or ""
    person = "/".join(str(identity.get(key) or "") for key in ("device_id", "account_uuid")).strip("/") or user_id
    fields: JsonObject = {}
    if quirks.session and isinstance(session, str) and session:
        fields[quirks.session] = session[:_LONGEST_KEY]
        text = "the session's id is sent as `{}`, for the prompt cache"
        draft.note_caused("caller.session", text, (quirks.session,), "quirks.session", quirks.session)
    if quirks.user and person:
        fields["user"] = sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        draft.note_caused("caller.user", "a hash of the user's id is sent as `user`", ("user",), "quirks.user")
    return fields


def _stop_field(sequences: Any, draft: Draft) -> JsonObject:
    if sequences is None:
        return {}
    if not isinstance(sequences, list) or not all(isinstance(sequence, str) for sequence in sequences):
        raise BadRequest("stop_sequences: Input should be a list of strings")
    wanted = [sequence for sequence in sequences if sequence]
    sent = wanted[: draft.quirks.max_stop]
    if len(sent) < len(wanted):
        text = "{} of {} stop sequences were dropped, `{}` takes {}"
        values = (len(wanted) - len(sent), len(wanted), str(draft.target), draft.quirks.max_stop)
        draft.note_caused("settings.stop", text, _STOP_FIELDS, "quirks.max_stop", *values)
    if not sent:
        draft.note("settings.stop_sequences", "`stop_sequences` was left out: there is none to send", _STOP_FIELDS)
        return {}
    draft.note("settings.stop_field", "`stop_sequences` is sent as `stop`", _STOP_FIELDS)
    return {"stop": sent}


def _user_id(body: JsonObject) -> str:
    metadata = body.get("metadata")
    user_id = metadata.get("user_id") if isinstance(metadata, dict) else None
    return user_id if isinstance(user_id, str) else ""


def _identity(user_id: str) -> JsonObject:
    """What the client's `user_id` holds: JSON today, `user_…_account_…_session_…` in older clients."""
    try:
        identity = from_json(user_id)
    except ValueError:
        head, _, session = user_id.rpartition("_session_")
        return {"session_id": session, "device_id": head} if head else {}
    return identity if isinstance(identity, dict) else {}
