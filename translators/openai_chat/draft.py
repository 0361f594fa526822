"""What the parts of one request share while it is written. Made for one request."""

from __future__ import annotations

from translators.contract import JsonObject, Target
from translators.names import wire_id, wire_name
from translators.notes import Notes
from translators.quirks import Quirks

MESSAGES = ("messages",)
_MARKED = ("system", "messages", "tools")


class Draft:
    """The target, and what was noticed on the way: notes, and the tool names that had to change."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.quirks: Quirks = target.quirks
        self.tool_names: dict[str, str] = {}
        self.notes = Notes(target)
        self.note, self.note_caused = self.notes.add, self.notes.add_caused

    def tool_name(self, name: str) -> str:
        wire = wire_name(name)
        if wire != name:
            self.tool_names[wire] = name
        return wire

    def tool_id(self, call_id: str) -> str:
        wire = wire_id(call_id, self.quirks.tool_ids, self.quirks.max_tool_id)
        if wire != call_id:
            self.note_caused(
                "tools.ids", "ids of tool calls were replaced by ones of the form that is taken", MESSAGES, "quirks.tool_ids"
            )
        return wire

    def text_part(self, text: str, block: JsonObject | None = None) -> JsonObject:
        """A text part. The block it comes from gives its cache mark, where the target reads such marks."""
        part: JsonObject = {"type": "text", "text": text}
        if block is not None and "cache_control" in block:
            self.mark(part, block)
        return part

    def mark(self, part: JsonObject, block: JsonObject) -> None:
        """Gives the part the cache mark of the block it comes from, where the target reads such marks."""
        mark = block.get("cache_control")
        if self.quirks.cache_control and isinstance(mark, dict):
            part["cache_control"] = mark
        elif mark is not None:
            self.unmarked()

    def unmarked(self) -> None:
        self.note_caused(
            "cache.marks", "marks for the prompt cache (`cache_control`) were dropped", _MARKED, "quirks.cache_control"
        )

    def content(self, parts: list[JsonObject]) -> str | list[JsonObject]:
        """Parts as a message's content: one string where all is text, which every server takes.

        A target that reads cache marks gets parts always: a mark moves from turn to turn, and a text must not change its
        form when it does.
        """
        if self.quirks.cache_control or any(part["type"] != "text" for part in parts):
            return parts
        return "\n\n".join(part["text"] for part in parts)
