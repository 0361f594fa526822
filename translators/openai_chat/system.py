"""The system prompt, and system items amid the conversation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from translators.contract import JsonObject
from translators.errors import BadRequest
from translators.openai_chat.blocks import blocks_of, string
from translators.openai_chat.draft import MESSAGES, Draft

# Claude Code's first system block. It changes with every request, so sent on it would spoil every prefix cache.
_BILLING = "x-anthropic-billing-header"
_SYSTEM = ("system",)


def system_messages(system: Any, instructions: Iterable[str], draft: Draft) -> list[JsonObject]:
    """The leading system message, or none. `instructions` are our own texts, put last; "" is none."""
    parts = [] if system is None else system_parts(system, "system", draft)
    parts += [draft.text_part(instruction) for instruction in instructions if instruction]
    return [{"role": "system", "content": draft.content(parts)}] if parts else []


def midway_message(content: Any, where: str, draft: Draft) -> JsonObject | None:
    """A system item amid the conversation, at its place: hoisted to the front it would change the prefix of all that follows."""
    parts = system_parts(content, where, draft)
    if not parts:
        return None
    if draft.quirks.system_midway:
        return {"role": "system", "content": draft.content(parts)}
    midway = "system texts amid the conversation became the user's, in <system-reminder> tags"
    draft.note_caused("system.midway", midway, MESSAGES, "quirks.system_midway")
    text = "\n\n".join(part["text"] for part in parts)
    return {"role": "user", "content": draft.content([draft.text_part(f"<system-reminder>\n{text}\n</system-reminder>")])}


def system_parts(system: Any, where: str, draft: Draft) -> list[JsonObject]:
    """The texts of a system prompt, without billing lines and without empty ones."""
    parts: list[JsonObject] = []
    for index, block in enumerate(blocks_of(system, where)):
        if block.get("type") != "text":
            raise BadRequest(f"{where}.{index}: Input should be a text block, not `{block.get('type')}`")
        text = _without_billing(string(block, "text", f"{where}.{index}"), draft)
        if text.strip():
            parts.append(draft.text_part(text, block))
    return parts


def _without_billing(text: str, draft: Draft) -> str:
    if not text.startswith(_BILLING):
        return text
    draft.note(
        "system.billing", "Claude Code's billing line was left out: it changes each time, which spoils prompt caches", _SYSTEM
    )
    return text.partition("\n")[2]
