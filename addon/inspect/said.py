"""What an answer to the client says, put together from its events, however broken they are.

`translators.anthropic.assemble` builds the message that a client would; this keeps what can be read of one that breaks off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from addon.inspect.written import parsed
from addon.routing.shapes import as_dict, as_list, as_str
from translators.errors import BadAnswer
from translators.sse import Decoder, Frame

_TEXT_FIELDS: Final = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


@dataclass(slots=True)
class Block:
    """One block of content. `text` is what its deltas add up to: of a tool call, its input as JSON text."""

    kind: str
    start: dict[str, Any]
    pieces: list[str] = field(default_factory=list)
    complete: bool = True

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True)
class Said:
    """`unreadable` says why what follows could not be read, "" if all could. `error` is the error event, if one came."""

    blocks: list[Block] = field(default_factory=list)
    message: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    unreadable: str = ""
    ended: bool = False


def read(content: bytes) -> Said:
    """An answer in the client's protocol: a stream of events, a whole message, or an error."""
    if content.lstrip()[:1] in (b"{", b"["):
        return _whole(as_dict(parsed(content)))
    said, open_blocks = Said(), dict[Any, Block]()
    decoder = Decoder()
    try:
        frames = decoder.feed(content) + decoder.close()
    except BadAnswer as error:
        said.unreadable = str(error)
        return said
    for frame in frames:
        _add(said, open_blocks, frame)
    for block in open_blocks.values():
        block.complete = False
    return said


def _whole(message: dict[str, Any]) -> Said:
    if error := as_dict(message.get("error")):
        return Said(message=message, error=error, ended=True)
    said = Said(message=message, ended=True)
    for entry in as_list(message.get("content")):
        start = as_dict(entry)
        kind = as_str(start.get("type"))
        text = as_str(start.get("text")) or as_str(start.get("thinking"))
        said.blocks.append(Block(kind, start, [text]))
    return said


def _add(said: Said, open_blocks: dict[Any, Block], frame: Frame) -> None:
    event = as_dict(parsed(frame.data))
    match event.get("type"):
        case "message_start":
            said.message |= as_dict(event.get("message"))
        case "content_block_start":
            start = as_dict(event.get("content_block"))
            block = Block(as_str(start.get("type")), start, [as_str(start.get("text")) or as_str(start.get("thinking"))])
            open_blocks[_index(event)] = block
            said.blocks.append(block)
        case "content_block_delta":
            delta = as_dict(event.get("delta"))
            if (block_of := open_blocks.get(_index(event))) and (name := _TEXT_FIELDS.get(as_str(delta.get("type")))):
                block_of.pieces.append(as_str(delta.get(name)))
        case "content_block_stop":
            open_blocks.pop(_index(event), None)
        case "message_delta":
            said.message |= as_dict(event.get("delta"))
        case "message_stop":
            said.ended = True
        case "error":
            said.error = as_dict(event.get("error"))


def _index(event: dict[str, Any]) -> int:
    index = event.get("index")
    return index if isinstance(index, int) else -1
