"""Reading the client's blocks: every wrong shape is refused with its place in the request."""

from __future__ import annotations

from typing import Any

from translators.contract import JsonObject
from translators.errors import BadRequest


def objects(value: Any, where: str) -> list[JsonObject]:
    """A list of objects. Raises BadRequest for anything else."""
    if not isinstance(value, list):
        raise BadRequest(f"{where}: Input should be a valid list")
    for index, one in enumerate(value):
        if not isinstance(one, dict):
            raise BadRequest(f"{where}.{index}: Input should be an object")
    return value


def blocks_of(content: Any, where: str) -> list[JsonObject]:
    """A message's content as blocks; a string is one text block. Raises BadRequest for anything else."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if not isinstance(content, list):
        raise BadRequest(f"{where}: Input should be a valid string or a list of blocks")
    return objects(content, where)


def string(block: JsonObject, key: str, where: str) -> str:
    """A string that must be there. Raises BadRequest where it is not."""
    value = block.get(key)
    if not isinstance(value, str):
        raise BadRequest(f"{where}.{key}: Input should be a valid string")
    return value


def mapping(block: JsonObject, key: str, where: str) -> JsonObject:
    """An object that must be there. Raises BadRequest where it is not."""
    value = block.get(key)
    if not isinstance(value, dict):
        raise BadRequest(f"{where}.{key}: Input should be an object")
    return value


def unknown(block: JsonObject, where: str) -> BadRequest:
    """The refusal of a block this dialect cannot carry: content is never lost in silence."""
    return BadRequest(f"{where}: block type `{block.get('type')}` cannot be sent to this provider")
