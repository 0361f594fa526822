"""What a conversation says about its newest turn. Read from the end; old messages are looked at only as far as needed.

A *turn* begins with a prompt and includes the tool calls and results that follow it. `messages` also holds the client's own
`role: system` items, which follow the message they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from addon.routing.markers import is_prompt, is_reminder, plan_statement, says_ultrathink
from addon.routing.shapes import as_dict, as_list, as_str, blocks, texts

type Message = dict[str, Any]

_TEAM_LEAD_DECIDES = "submitted to the team lead"


@dataclass(frozen=True, slots=True)
class Turn:
    """The newest turn. `text` is the last thing said to the model that is neither a reminder nor a tool result.

    `image` is whether what follows the model's last answer brings an image, also within a tool result.
    """

    text: str
    image: bool
    ultrathink: bool
    plan_mode: bool


def newest_turn(messages: list[Any]) -> Turn:
    """Reads a request's `messages`."""
    known = [message for message in messages if isinstance(message, dict)]
    latest = _since_last_answer(known)
    return Turn(
        text=_last_said(latest),
        image=any(_brings_image(message) for message in latest),
        ultrathink=_ultrathink(known),
        plan_mode=_plan_mode(known),
    )


def _since_last_answer(messages: list[Message]) -> list[Message]:
    """The user messages after the model's last answer, oldest first."""
    latest: list[Message] = []
    for message in reversed(messages):
        if message.get("role") == "assistant":
            break
        if message.get("role") == "user":
            latest.append(message)
    return latest[::-1]


def _last_said(latest: list[Message]) -> str:
    for message in reversed(latest):
        for text in reversed(texts(message.get("content"))):
            if is_prompt(text):
                return text
    return ""


def _brings_image(message: Message) -> bool:
    for block in blocks(message.get("content")):
        kind = block.get("type")
        if kind == "image":
            return True
        if kind == "tool_result" and any(part.get("type") == "image" for part in blocks(block.get("content"))):
            return True
    return False


def _client_texts(message: Message) -> Iterator[str]:
    """What the client itself says in this message, last first."""
    role = message.get("role")
    if role == "system":
        yield from reversed(texts(message.get("content")))
    elif role == "user":
        yield from (text for text in reversed(texts(message.get("content"))) if is_reminder(text))


def _ultrathink(messages: list[Message]) -> bool:
    """Whether the prompt of this turn holds the keyword: it asks for more thought on this turn, not for all that follow."""
    for message in reversed(messages):
        if any(says_ultrathink(text) for text in _client_texts(message)):
            return True
        if message.get("role") == "user" and any(is_prompt(text) for text in texts(message.get("content"))):
            return False
    return False


def _plan_mode(messages: list[Message]) -> bool:
    """Whether plan mode is in force: the newest statement about it decides. It holds over turns until it is left."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        said = _plan_tool_outcome(messages, index) if message.get("role") == "assistant" else _plan_said(message)
        if said is not None:
            return said
    return False


def _plan_said(message: Message) -> bool | None:
    for text in _client_texts(message):
        said = plan_statement(text)
        if said is not None:
            return said
    return None


def _plan_tool_outcome(messages: list[Message], index: int) -> bool | None:
    """What a call of the plan-mode tools in this answer came to: older clients say it in no other way."""
    for block in reversed(blocks(messages[index].get("content"))):
        if block.get("type") != "tool_use" or block.get("name") not in ("ExitPlanMode", "EnterPlanMode"):
            continue
        if _succeeded(messages[index + 1 :], as_str(block.get("id"))):
            return block.get("name") == "EnterPlanMode"
    return None


def _succeeded(later: list[Message], call: str) -> bool:
    for message in later:
        for block in as_list(message.get("content")):
            result = as_dict(block)
            if result.get("type") == "tool_result" and result.get("tool_use_id") == call:
                waits = any(_TEAM_LEAD_DECIDES in text for text in texts(result.get("content")))
                return result.get("is_error") is not True and not waits
    return False
