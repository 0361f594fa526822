"""What other providers left in a history, taken out or put right before Anthropic sees it.

Anthropic verifies the signature of a thinking block, so one that another model wrote cannot be sent; nothing is made up in its
place. https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking, "Preserving thinking blocks"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from translators.contract import JsonObject, Note
from translators.names import wire_id
from translators.opaque import is_ours

_THINKING = ("thinking", "redacted_thinking")
_LONGEST_ID = 64
# Anthropic's API: "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive".
_NEEDS_THINKING = "clear_thinking"
_MESSAGES = ("messages",)
_THINKING_FOREIGN = Note("thinking.foreign", "thinking that another provider wrote was left out", _MESSAGES)
_TEXT_EMPTY = Note("text.empty", "an empty text, which Anthropic refuses, was left out", _MESSAGES)
_TOOL_ID = Note("tool.id", "ids of tool calls that Anthropic refuses were replaced", _MESSAGES)
_THINKING_OFF = Note(
    "thinking.off",
    "thinking is off for this request: the turn under way has none that Anthropic accepts",
    ("thinking", "context_management", "messages"),
)


def fit_history(body: JsonObject, *, strict: bool) -> tuple[JsonObject, tuple[Note, ...]]:
    """The body as an Anthropic target takes it: the very same object if nothing had to change, else a changed copy.

    Thinking under our mark is dropped. With `strict`, for a server that checks as Anthropic does, thinking without a signature
    and empty texts are dropped too, and ids of tool calls that it would refuse are replaced, in the call and its result alike.
    """
    messages = body.get("messages")
    if not isinstance(messages, list):
        return body, ()
    notes: dict[str, Note] = {}
    fitted = [_fit_message(message, notes, strict=strict) for message in messages]
    kept = [message for message, was in zip(fitted, messages, strict=True) if message is was or message["content"]]
    changed = any(message is not was for message, was in zip(fitted, messages, strict=True))
    new = {**body, "messages": kept} if changed else body
    if _asks_thinking(body) and _lacks_thinking(kept, messages, dropped="thinking.foreign" in notes, strict=strict):
        new = _without_thinking(new)
        notes["thinking.off"] = _THINKING_OFF
    return new, tuple(notes.values())


def _fit_message(message: Any, notes: dict[str, Note], *, strict: bool) -> Any:
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, list):
        return message
    fitted = [_fit_block(block, message.get("role"), notes, strict=strict) for block in content]
    if all(block is was for block, was in zip(fitted, content, strict=True)):
        return message
    return {**message, "content": [block for block in fitted if block is not None]}


def _fit_block(block: Any, role: Any, notes: dict[str, Note], *, strict: bool) -> Any:
    """The block itself, a changed copy, or None to leave it out."""
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "thinking" and (is_ours(block.get("signature")) or (strict and not block.get("signature"))):
        notes["thinking.foreign"] = _THINKING_FOREIGN
        return None
    if not strict:
        return block
    if kind == "text" and role == "assistant" and block.get("text") == "":
        notes["text.empty"] = _TEXT_EMPTY
        return None
    if kind == "tool_use":
        return _with_legal_id(block, "id", notes)
    return _with_legal_id(block, "tool_use_id", notes) if kind == "tool_result" else block


def _with_legal_id(block: JsonObject, key: str, notes: dict[str, Note]) -> JsonObject:
    given = block.get(key)
    if not isinstance(given, str) or (legal := wire_id(given, "plain", _LONGEST_ID)) == given:
        return block
    notes["tool.id"] = _TOOL_ID
    return {**block, key: legal}


def _asks_thinking(body: JsonObject) -> bool:
    """Whether thinking is demanded of each turn. `adaptive` leaves it to the model, so turns may be without."""
    thinking = body.get("thinking")
    return isinstance(thinking, dict) and thinking.get("type") == "enabled"


def _lacks_thinking(kept: list[Any], before: list[Any], *, dropped: bool, strict: bool) -> bool:
    """Whether a turn waits for the model to go on after its tools' results, and does not begin with thinking.

    A lenient server is believed to know what it left out by itself. After something was dropped every step must have its own.
    """
    turn = list(_steps_under_way(kept))
    if not turn:
        return dropped and bool(list(_steps_under_way(before)))
    starts = [_starts_with_thinking(step) for step in turn]
    return (dropped and not all(starts)) or (strict and not starts[0])


def _steps_under_way(messages: list[Any]) -> Iterator[JsonObject]:
    """The assistant messages since the user last spoke, oldest first; none if the user spoke last."""
    steps: list[JsonObject] = []
    for message in reversed([message for message in messages if isinstance(message, dict)]):
        if message.get("role") == "assistant":
            steps.append(message)
        elif message.get("role") == "user" and not _has(message, "tool_result"):
            break
    return reversed(steps) if any(_has(step, "tool_use") for step in steps) else iter(())


def _has(message: JsonObject, kind: str) -> bool:
    content = message.get("content")
    return isinstance(content, list) and any(isinstance(block, dict) and block.get("type") == kind for block in content)


def _starts_with_thinking(message: JsonObject) -> bool:
    content = message.get("content")
    return (
        isinstance(content, list) and content[:1] != [] and isinstance(content[0], dict) and content[0].get("type") in _THINKING
    )


def _without_thinking(body: JsonObject) -> JsonObject:
    """Thinking switched off, with the setting that needs it, and with the thinking of the turn under way, which it forbids."""
    steps = [id(step) for step in _steps_under_way(body["messages"])]
    messages = [_without_thinking_blocks(message) if id(message) in steps else message for message in body["messages"]]
    new = {**body, "messages": messages, "thinking": {"type": "disabled"}}
    management = new.get("context_management")
    edits = management.get("edits") if isinstance(management, dict) else None
    if isinstance(management, dict) and isinstance(edits, list):
        left = [edit for edit in edits if not (isinstance(edit, dict) and str(edit.get("type")).startswith(_NEEDS_THINKING))]
        new["context_management"] = {**management, "edits": left}
        if not left:
            del new["context_management"]
    return new


def _without_thinking_blocks(message: JsonObject) -> JsonObject:
    if not isinstance(message.get("content"), list):
        return message
    content = [block for block in message["content"] if not (isinstance(block, dict) and block.get("type") in _THINKING)]
    return {**message, "content": content}
