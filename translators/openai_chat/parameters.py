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
# What has a meaning here, and what the client sends with every request and no other provider could use.
_READ = frozenset(
    {
        "model",
        "messages",
        "system",
        "tools",
        "tool_choice",
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "stream",
        "metadata",
        "thinking",
        "output_config",
        "output_format",
    }
)
_OF_NO_USE = frozenset({"context_management", "betas", "anthropic_version", "cache_control", "diagnostics"})


def limit_fields(body: JsonObject, draft: Draft) -> JsonObject:
    """`max_tokens`, lowered to what the model can give. Raises BadRequest for what is no number of tokens."""
    wanted = body.get("max_tokens")
    if wanted is None:
        return {}
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise BadRequest("max_tokens: Input should be a whole number greater than 0")
    limits = [limit for limit in (draft.target.max_output, draft.quirks.max_output) if limit]
    return {draft.quirks.max_tokens_field: min([wanted, *limits])}


def sampling_fields(body: JsonObject, draft: Draft) -> JsonObject:
    """`temperature`, `top_p`, `top_k` and `stop`, as far as the target takes them."""
    quirks = draft.quirks
    names = (*(("temperature", "top_p") if quirks.sampling else ()), *(("top_k",) if quirks.top_k else ()))
    fields = {name: body[name] for name in names if body.get(name) is not None}
    return fields | _stop_field(body.get("stop_sequences"), draft)


def caller_fields(request: Request, draft: Draft) -> JsonObject:
    """The session and a hash of the user, where the target has fields for them. Never `metadata`: it names device and account."""
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
    if quirks.user and person:
        fields["user"] = sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return fields


def note_dropped_settings(body: JsonObject, draft: Draft) -> None:
    dropped = [name for name in body if name not in _READ and name not in _OF_NO_USE]
    if dropped:
        names = ", ".join(f"`{name}`" for name in sorted(dropped))
        draft.note("settings.dropped", f"settings that only Anthropic knows were dropped: {names}")
    if body.get("top_k") is not None and not draft.quirks.top_k:
        draft.note("settings.top_k", f"`top_k` was dropped: `{draft.target}` does not know it")


def _stop_field(sequences: Any, draft: Draft) -> JsonObject:
    if not sequences:
        return {}
    if not isinstance(sequences, list) or not all(isinstance(sequence, str) for sequence in sequences):
        raise BadRequest("stop_sequences: Input should be a list of strings")
    wanted = [sequence for sequence in sequences if sequence]
    sent = wanted[: draft.quirks.max_stop]
    if len(sent) < len(wanted):
        draft.note("settings.stop", f"stop sequences were dropped: `{draft.target}` takes {draft.quirks.max_stop}")
    return {"stop": sent} if sent else {}


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
