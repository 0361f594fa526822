"""A tool's result: the text of its tool message, and the files that cannot stand in one.

Chat completions take text alone in a tool message, so an image goes in a user message after all results of the turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from translators.contract import JsonObject
from translators.openai_chat.blocks import blocks_of, string, unknown
from translators.openai_chat.draft import MESSAGES, Draft
from translators.openai_chat.media import document_parts, image_part, search_result_text

ERROR = "Error: "
INTERRUPTED = "Error: the tool call was interrupted and gave no result."


@dataclass(frozen=True, slots=True)
class Result:
    """`files` are the parts for the user message after the results; `block` is the client's own."""

    text: str
    files: list[JsonObject]
    block: JsonObject


def read_result(block: JsonObject, where: str, draft: Draft) -> Result:
    """A `tool_result` block. Raises BadRequest for a block in it that cannot be carried."""
    texts: list[str] = []
    files: list[JsonObject] = []
    for index, inner in enumerate(_inner_blocks(block.get("content"), f"{where}.content")):
        for part in _parts(inner, f"{where}.content.{index}", draft):
            if part["type"] == "text":
                texts.append(part["text"])
            else:
                files.append(part)
                texts.append(f"[File {len(files)} of this result is in the user message after the tool results.]")
    text = "\n".join(texts)
    # Many tools begin their errors with the word themselves.
    if block.get("is_error") is True and not text.startswith(ERROR.strip()):
        text = ERROR + text
        draft.note("results.error", "results that are errors begin with `Error:`, there is no flag for them", MESSAGES)
    return Result(text, files, block)


def tool_message(call_id: str, result: Result | None, draft: Draft) -> JsonObject:
    """The tool message of a call; without a result it says that the call was interrupted."""
    if result is None:
        draft.note("tools.interrupted", "a tool call of the history had no result; one was made up to say so", MESSAGES)
        content: str | list[JsonObject] = INTERRUPTED
    elif "cache_control" in (part := draft.text_part(result.text, result.block)) and result.text:
        content = [part]
    else:
        content = result.text
    return {"role": "tool", "tool_call_id": draft.tool_id(call_id), "content": content}


def orphan_parts(call_id: str, result: Result, draft: Draft) -> list[JsonObject]:
    """A result whose call is not in the turn before it, as text of the user's: no server takes it as a tool message."""
    draft.note("tools.orphan", "a tool result of the history had no call; it was sent as text", MESSAGES)
    head = f"[Result of the tool call {call_id}, which is not in this conversation]"
    return [draft.text_part(f"{head}\n{result.text}", result.block), *result.files]


def files_message(results: list[tuple[str, Result]], draft: Draft) -> JsonObject | None:
    """The user message with all files of a turn's results, each under the name of its tool."""
    parts: list[JsonObject] = []
    for name, result in results:
        if result.files:
            draft.note("results.files", "files in tool results were moved into a message of the user's after them", MESSAGES)
            parts += [draft.text_part(f"[Files of the result of `{name}`:]"), *result.files]
    return {"role": "user", "content": parts} if parts else None


def _inner_blocks(content: Any, where: str) -> list[JsonObject]:
    return [] if content is None else blocks_of(content, where)


def _parts(block: JsonObject, where: str, draft: Draft) -> list[JsonObject]:
    if "cache_control" in block:
        # A cache mark inside a result has no place: the mark of the result itself is the one that is sent.
        block = {key: value for key, value in block.items() if key != "cache_control"}
        draft.unmarked()
    match block.get("type"):
        case "text":
            return [draft.text_part(string(block, "text", where))]
        case "image":
            return [image_part(block, where, draft)]
        case "document":
            return document_parts(block, where, draft)
        case "search_result":
            draft.note("media.search", "search results were written as text", MESSAGES)
            return [draft.text_part(search_result_text(block, where))]
        case "tool_reference":
            # All its content is the name of a tool that is among those offered.
            return [draft.text_part(f"[Tool found: {string(block, 'tool_name', where)}]")]
        case _:
            raise unknown(block, where)
