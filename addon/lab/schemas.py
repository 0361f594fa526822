"""Whether a tool call's arguments fit the JSON Schema that the client offered the tool with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import jsonschema
from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from addon.recordings.exchange import ToolCall

MAX_SHOWN: Final = 160  # characters of a complaint

# A schema that refers to what it does not hold; a pattern that is JavaScript's and not Python's; one that refers to itself only.
_UNUSABLE: Final = (jsonschema.SchemaError, Unresolvable, re.error, RecursionError)


def complaint(call: ToolCall, tools: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """What is wrong with a call: `unknown_tool`, `not_json` or `invalid_arguments`, and the detail; ("", "") for nothing.

    By a schema that is no valid one, no arguments can be judged: any object will do then.
    """
    if call.name not in tools:
        return "unknown_tool", f"`{call.name}` is not offered"
    if not isinstance(call.input, dict):
        return "not_json", f"`{call.name}`: the arguments are no JSON object"
    if found := violation(tools[call.name], call.input):
        return "invalid_arguments", f"`{call.name}`: {found}"
    return "", ""


def violation(schema: Mapping[str, Any], value: Any) -> str:
    """The first thing in which `value` does not fit, with its place; "" if it fits, or where the schema cannot be used."""
    validator = _validator(json.dumps(schema, sort_keys=True, ensure_ascii=False))
    if validator is None:
        return ""
    try:
        error = next(validator.iter_errors(value), None)
    except _UNUSABLE:
        return ""
    if error is None:
        return ""
    message = error.message if len(error.message) <= MAX_SHOWN else f"{error.message[:MAX_SHOWN]}…"
    return f"{error.json_path}: {message}"


@lru_cache(maxsize=1024)
def _validator(schema: str) -> Validator | None:
    known = json.loads(schema)
    try:
        kind = validator_for(known, default=Draft202012Validator)
        kind.check_schema(known)
    except _UNUSABLE:
        return None
    # A registry of its own: without one, references would be fetched from the network.
    return kind(known, registry=Registry())
