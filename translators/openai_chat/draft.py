"""What the parts of one request share while it is written. Made for one request."""

from __future__ import annotations

from translators.contract import JsonObject, Note, Target
from translators.names import wire_id, wire_name
from translators.quirks import Quirks


class Draft:
    """The target, and what was noticed on the way: notes, and the tool names that had to change."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.quirks: Quirks = target.quirks
        self.tool_names: dict[str, str] = {}
        self._notes: dict[Note, None] = {}

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self._notes)

    def note(self, rule: str, text: str) -> None:
        """Remembers what was changed or dropped; the same thing once, however often it happens."""
        self._notes[Note(rule, text)] = None

    def tool_name(self, name: str) -> str:
        wire = wire_name(name)
        if wire != name:
            self.tool_names[wire] = name
        return wire

    def tool_id(self, call_id: str) -> str:
        return wire_id(call_id, self.quirks.tool_ids, self.quirks.max_tool_id)

    def text_part(self, text: str, block: JsonObject | None = None) -> JsonObject:
        """A text part. The block it comes from gives its cache mark, where the target reads such marks."""
        part: JsonObject = {"type": "text", "text": text}
        if block is not None and self.quirks.cache_control and isinstance(mark := block.get("cache_control"), dict):
            part["cache_control"] = mark
        return part

    def content(self, parts: list[JsonObject]) -> str | list[JsonObject]:
        """Parts as a message's content: one string where all is text, which every server takes.

        A target that reads cache marks gets parts always: a mark moves from turn to turn, and a text must not change its
        form when it does.
        """
        if self.quirks.cache_control or any(part["type"] != "text" for part in parts):
            return parts
        return "\n\n".join(part["text"] for part in parts)
