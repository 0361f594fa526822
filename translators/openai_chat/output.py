"""An answer that must be JSON of a given schema."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic_core import to_json

from translators.contract import JsonObject
from translators.errors import BadRequest
from translators.openai_chat.blocks import mapping
from translators.openai_chat.draft import Draft
from translators.schema import strict_schema

_INSTRUCTION = "Answer with one JSON value and nothing else: no code fence, no text around it. It must match this JSON Schema:\n"
_FIELDS = ("output_config", "output_format", "response_format", "system")


@dataclass(frozen=True, slots=True)
class Output:
    """`instruction` is for the end of the system prompt, "" for none; `fields` are the body's."""

    instruction: str = ""
    fields: JsonObject = field(default_factory=dict)


def output_format(body: JsonObject, draft: Draft) -> Output:
    """What becomes of `output_config.format` (`output_format` in older clients). Raises BadRequest for an unknown kind."""
    where, wanted = _wanted(body)
    if wanted is None:
        return Output()
    if wanted.get("type") != "json_schema":
        raise BadRequest(f"{where}.type: Input should be 'json_schema', not `{wanted.get('type')}`")
    schema = mapping(wanted, "schema", where)
    strict = strict_schema(schema, f"{where}.schema")
    # Both modes know objects alone at the top.
    mode = draft.quirks.json_schema if schema.get("type") == "object" else "none"
    if mode == "schema":
        draft.note("output.format", "the demanded JSON Schema is sent as `response_format`, in its strict form", _FIELDS)
        asked = {"name": "answer", "strict": True, "schema": strict}
        return Output(fields={"response_format": {"type": "json_schema", "json_schema": asked}})
    text = "the demanded JSON Schema was put in the system prompt, `{}` takes none of its kind"
    draft.note_caused("output.instruction", text, _FIELDS, "quirks.json_schema", str(draft.target))
    instruction = _INSTRUCTION + to_json(schema).decode()
    if mode == "object":
        return Output(instruction, {"response_format": {"type": "json_object"}})
    return Output(instruction)


def _wanted(body: JsonObject) -> tuple[str, JsonObject | None]:
    config = body.get("output_config")
    for where, value in (
        ("output_config.format", config.get("format") if isinstance(config, dict) else None),
        ("output_format", body.get("output_format")),
    ):
        if value is not None:
            if not isinstance(value, dict):
                raise BadRequest(f"{where}: Input should be an object")
            return where, value
    return "", None
