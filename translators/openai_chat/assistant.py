"""One assistant turn as one message: its texts, its reasoning where the target wants that back, its tool calls."""

from __future__ import annotations

from pydantic_core import to_json

from translators.contract import JsonObject
from translators.errors import BadRequest
from translators.opaque import unseal
from translators.openai_chat.blocks import mapping, string, unknown
from translators.openai_chat.draft import MESSAGES, Draft
from translators.openai_chat.server_tools import server_text

# The value Gemini documents for a call whose signature is not at hand:
# https://ai.google.dev/gemini-api/docs/thought-signatures
_NO_SIGNATURE = "skip_thought_signature_validator"


class Turn:
    """Reads the blocks of one assistant turn. `calls` are its tool calls: the client's id to the client's tool name."""

    def __init__(self, draft: Draft) -> None:
        self.calls: dict[str, str] = {}
        self._draft = draft
        self._texts: list[JsonObject] = []
        self._thoughts: list[JsonObject] = []
        self._tool_calls: list[JsonObject] = []

    def read(self, block: JsonObject, where: str) -> None:
        """Raises BadRequest for a block that cannot be carried."""
        match block.get("type"):
            case "text":
                self._add_text(string(block, "text", where), block)
            case "tool_use":
                self._add_call(block, where)
            case "thinking":
                self._thoughts.append(block)
            case "redacted_thinking":
                self._draft.note("thinking.redacted", "thinking that only Anthropic can read was left out", MESSAGES)
            case _:
                text = server_text(block)
                if text is None:
                    raise unknown(block, where)
                self._draft.note("history.server_tools", "what Anthropic's servers ran was written as text", MESSAGES)
                self._add_text(text, block)

    def message(self) -> JsonObject | None:
        """The message, or None for a turn with nothing to send."""
        texts = self._with_think_tags()
        if not texts and not self._tool_calls:
            return None
        message: JsonObject = {"role": "assistant", "content": self._draft.content(texts) if texts else None}
        message |= self._reasoning()
        if self._tool_calls:
            if self._draft.quirks.thought_signature:
                self._sign_first_call()
            message["tool_calls"] = self._tool_calls
        return message

    def _add_text(self, text: str, block: JsonObject) -> None:
        if text.strip():
            self._texts.append(self._draft.text_part(text, block))

    def _add_call(self, block: JsonObject, where: str) -> None:
        call_id, name = string(block, "id", where), string(block, "name", where)
        if call_id in self.calls:
            raise BadRequest(f"{where}.id: `tool_use` ids must be unique, `{call_id}` is there twice")
        self.calls[call_id] = name
        if "cache_control" in block:
            self._draft.unmarked()
        function = {"name": self._draft.tool_name(name), "arguments": to_json(mapping(block, "input", where)).decode()}
        self._tool_calls.append({"id": self._draft.tool_id(call_id), "type": "function", "function": function})

    def _thought(self) -> str:
        thoughts = [block.get("thinking") for block in self._thoughts]
        return "\n".join(text for text in thoughts if isinstance(text, str) and text)

    def _with_think_tags(self) -> list[JsonObject]:
        if self._draft.quirks.reasoning_history != "think_tags" or not (thought := self._thought()):
            return self._texts
        return [self._draft.text_part(f"<think>\n{thought}\n</think>"), *self._texts]

    def _reasoning(self) -> JsonObject:
        match self._draft.quirks.reasoning_history:
            case "reasoning_content":
                thought = self._thought()
                return {"reasoning_content": thought} if thought or self._tool_calls else {}
            case "reasoning_details":
                details = [detail for state in self._states() for detail in state.get("reasoning_details") or ()]
                if details or not self._thoughts:
                    return {"reasoning_details": details} if details else {}
            case "think_tags":
                return {}
        if self._thoughts:
            text = "thinking of the history was left out: it is not this model's, or is not wanted back"
            self._draft.note_caused("thinking.history", text, MESSAGES, "quirks.reasoning_history")
        return {}

    def _states(self) -> list[JsonObject]:
        """What this provider sealed for this model into the turn's signatures. Another's state would be refused."""
        target = self._draft.target
        states = [unseal(block.get("signature")) or {} for block in self._thoughts]
        return [
            state
            for state in states
            if state.get("provider") == target.provider and state.get("model", target.model) == target.model
        ]

    def _sign_first_call(self) -> None:
        """Gemini signs the first of a turn's calls, and wants its signature back there."""
        signatures = [state["thought_signature"] for state in self._states() if state.get("thought_signature")]
        signature = signatures[0] if signatures else _NO_SIGNATURE
        self._tool_calls[0]["extra_content"] = {"google": {"thought_signature": signature}}
