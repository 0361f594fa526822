"""Which turn of its session a request is, read off its conversation: it is right in a recorded flow and after a restart too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.routing.markers import is_prompt
from addon.routing.shapes import as_dict, as_list, texts


def turn_of(body: Mapping[str, Any]) -> str:
    """Such as `2.3`: the third request of the second prompt. "" for a conversation without a prompt.

    A prompt is a user message with words of its own; the requests of one are counted by the answers since. Both begin anew when
    the client compacts its conversation.
    """
    prompts, step = 0, 1
    for message in map(as_dict, as_list(body.get("messages"))):
        role = message.get("role")
        if role == "assistant":
            step += 1
        elif role == "user" and any(is_prompt(text) for text in texts(message.get("content"))) and not _answers_tools(message):
            prompts, step = prompts + 1, 1
    return f"{prompts}.{step}" if prompts else ""


def _answers_tools(message: dict[str, Any]) -> bool:
    return any(as_dict(block).get("type") == "tool_result" for block in as_list(message.get("content")))
