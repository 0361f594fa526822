"""A recorded Claude Code conversation: the requests of client 2.1.197, with all their tools, settings and headers.

The prose in them (system prompt, descriptions, reminders) was replaced by filler; what the user says is put in here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

type JsonObject = dict[str, Any]

_FOLDER: Final = Path(__file__).with_name("recording")


class Recording:
    """One recorded request."""

    def __init__(self, name: str) -> None:
        recorded = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        self.path: str = recorded["path"]
        self.headers: dict[str, str] = {**recorded["headers"], "Authorization": "Bearer unused"}
        self._body: JsonObject = recorded["body"]

    def body(self, text: str, dialog: Sequence[JsonObject] = ()) -> JsonObject:
        """The request with `text` as what the user said last in it, followed by `dialog`."""
        first, *others = self._body["messages"]
        *reminders, said = first["content"]
        user = {**first, "content": [*reminders, {**said, "text": text}]}
        return {**self._body, "messages": [user, *others, *dialog]}
