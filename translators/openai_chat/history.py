"""The conversation: Anthropic's turns as chat messages, with every call followed by its results and nothing between.

What stands after a turn depends on that turn alone, so a longer history begins with the translation of the shorter one, and
a provider's prefix cache keeps hitting.
"""

from __future__ import annotations

from typing import Any

from translators.contract import JsonObject
from translators.errors import BadRequest
from translators.openai_chat.assistant import Turn
from translators.openai_chat.blocks import blocks_of, objects, string, unknown
from translators.openai_chat.draft import MESSAGES, Draft
from translators.openai_chat.media import document_parts, image_part, search_result_text
from translators.openai_chat.results import Result, files_message, orphan_parts, read_result, tool_message
from translators.openai_chat.system import midway_message

# Put where a server refuses a user message right after a tool message.
_BETWEEN = "Understood."
_PUT_BETWEEN = "`Understood.` was put between tool results and the user's words"


def chat_messages(items: Any, draft: Draft) -> list[JsonObject]:
    """The messages of a conversation. Raises BadRequest for a message or a block that cannot be carried."""
    history = _History(draft)
    for index, item in enumerate(objects(items, "messages")):
        where = f"messages.{index}"
        match item.get("role"):
            case "user":
                history.add_user(blocks_of(item.get("content"), f"{where}.content"), f"{where}.content")
            case "assistant":
                history.add_assistant(blocks_of(item.get("content"), f"{where}.content"), f"{where}.content")
            case "system":
                history.hold(midway_message(item.get("content"), f"{where}.content", draft))
            case role:
                raise BadRequest(f"{where}.role: Input should be 'user', 'assistant' or 'system', not `{role}`")
    messages = history.finish()
    if not messages:
        raise BadRequest("messages: at least one message with content is required")
    return messages


class _History:
    """Holds back what follows an assistant turn until the next one, so that all its results come first.

    A result that comes twice before the next assistant turn counts once, the last.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._messages: list[JsonObject] = []
        self._turn = Turn(draft)
        self._calls: dict[str, str] = {}
        self._results: dict[str, Result] = {}
        self._held: list[JsonObject] = []

    def add_user(self, blocks: list[JsonObject], where: str) -> None:
        parts: list[JsonObject] = []
        for index, block in enumerate(blocks):
            place = f"{where}.{index}"
            parts += self._result_parts(block, place) if block.get("type") == "tool_result" else self._parts(block, place)
        self.hold({"role": "user", "content": self._draft.content(parts)} if parts else None)

    def add_assistant(self, blocks: list[JsonObject], where: str) -> None:
        if self._calls and not self._results and not self._held:
            # Two assistant messages in a row are one turn: the results of both come after both.
            self._messages.pop()
        else:
            self._release()
            self._turn = Turn(self._draft)
        for index, block in enumerate(blocks):
            self._turn.read(block, f"{where}.{index}")
        if message := self._turn.message():
            self._messages.append(message)
        self._calls = self._turn.calls

    def hold(self, message: JsonObject | None) -> None:
        if message is not None:
            self._held.append(message)

    def finish(self) -> list[JsonObject]:
        self._release()
        return self._messages

    def _release(self) -> None:
        self._messages += [tool_message(call_id, self._results.get(call_id), self._draft) for call_id in self._calls]
        answered = [(name, self._results[call_id]) for call_id, name in self._calls.items() if call_id in self._results]
        if message := files_message(answered, self._draft):
            self._append(message)
        for held in self._held:
            self._append(held)
        self._calls, self._results, self._held = {}, {}, []

    def _append(self, message: JsonObject) -> None:
        last = self._messages[-1] if self._messages else {"role": ""}
        quirks = self._draft.quirks
        if last["role"] == "tool" and message["role"] == "user" and not quirks.user_after_tool:
            self._draft.note_caused("history.between", _PUT_BETWEEN, MESSAGES, "quirks.user_after_tool")
            self._messages.append({"role": "assistant", "content": _BETWEEN})
        if quirks.merge_user and last["role"] == message["role"] == "user":
            self._draft.note_caused("history.merged", "messages of the user's in a row became one", MESSAGES, "quirks.merge_user")
            self._messages[-1] = {"role": "user", "content": self._draft.content(_parts_of(last) + _parts_of(message))}
        else:
            self._messages.append(message)

    def _result_parts(self, block: JsonObject, where: str) -> list[JsonObject]:
        """What of a result stays in the user's own message: nothing, unless it has no call."""
        call_id = string(block, "tool_use_id", where)
        result = read_result(block, where, self._draft)
        if call_id in self._calls:
            self._results[call_id] = result
            return []
        return orphan_parts(call_id, result, self._draft)

    def _parts(self, block: JsonObject, where: str) -> list[JsonObject]:
        draft = self._draft
        match block.get("type"):
            case "text":
                text = string(block, "text", where)
                return [draft.text_part(text, block)] if text.strip() else []
            case "image":
                return [image_part(block, where, draft)]
            case "document":
                return document_parts(block, where, draft)
            case "search_result":
                draft.note("media.search", "search results were written as text", MESSAGES)
                return [draft.text_part(search_result_text(block, where), block)]
            case _:
                raise unknown(block, where)


def _parts_of(message: JsonObject) -> list[JsonObject]:
    content = message["content"]
    return content if isinstance(content, list) else [{"type": "text", "text": content}]
