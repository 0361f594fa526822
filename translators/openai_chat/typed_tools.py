"""Anthropic's client tools as functions: their schemas are published, so any model can call them, and the client runs them.

Sources: https://platform.claude.com/docs/en/agents-and-tools/tool-use/bash-tool and …/text-editor-tool
"""

from __future__ import annotations

from dataclasses import dataclass

from translators.contract import JsonObject


@dataclass(frozen=True, slots=True)
class Published:
    name: str
    description: str
    schema: JsonObject


def published_tool(kind: str) -> Published | None:
    """The tool of a versioned type such as `bash_20250124`, or None for one that the client does not run."""
    if kind.startswith("bash_"):
        return _BASH
    if kind.startswith("text_editor_"):
        return _editor(kind.removeprefix("text_editor_"))
    return None


_BASH = Published(
    "bash",
    "Runs a command in a bash session that lasts from call to call.",
    {
        "type": "object",
        "properties": {
            "command": {"type": "string", "description": "The bash command to run. Required unless `restart` is true."},
            "restart": {"type": "boolean", "description": "True to restart the session."},
        },
    },
)


def _editor(version: str) -> Published:
    """The editor's versions: until 20250124 it could undo; from 20250728 on the text to insert has a name of its own."""
    undo = version <= "20250124"
    inserted = "insert_text" if version >= "20250728" else "new_str"
    commands = ["view", "create", "str_replace", "insert", *(["undo_edit"] if undo else [])]
    properties: JsonObject = {
        "command": {"type": "string", "enum": commands, "description": "What to do."},
        "path": {"type": "string", "description": "The path of the file or directory."},
        "file_text": {"type": "string", "description": "For `create`: the content of the new file."},
        "old_str": {"type": "string", "description": "For `str_replace`: the text to replace; it must occur exactly once."},
        "new_str": {"type": "string", "description": "For `str_replace`: the text to put there."},
        "insert_line": {"type": "integer", "description": "For `insert`: the line after which to insert; 0 for the beginning."},
        inserted: {"type": "string", "description": "The text to put there, for `str_replace` or `insert`."},
        "view_range": {
            "type": "array",
            "items": {"type": "integer"},
            "description": "For `view` of a file: first and last line, counted from 1; -1 for the end.",
        },
    }
    return Published(
        "str_replace_editor" if undo else "str_replace_based_edit_tool",
        "Views, creates and edits files.",
        {"type": "object", "properties": properties, "required": ["command", "path"]},
    )
