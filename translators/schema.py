"""JSON Schema for tools and answers, in the forms providers take.

`function_schema` makes a tool's parameters, `strict_schema` the schema of an answer. Neither changes what it is given.
Both refuse a schema deeper than `MAX_DEPTH`: no tool is, and a parser's stack ends somewhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic_core import from_json, to_json

from translators.errors import BadRequest

type JsonObject = dict[str, Any]

MAX_DEPTH = 100
# The largest tools known have some hundreds.
MAX_SCHEMAS = 10_000

# Keywords under which schemas stand by name, as a list, or alone.
_MAPS = frozenset({"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NOT_BESIDE_A_CHOICE = frozenset({"anyOf", "oneOf", "allOf", "type", "description"})
_SINGLES = frozenset({"items", "additionalProperties", "not", "contains", "if", "then", "else", "propertyNames"})
# What OpenAI refuses at the top: "schema must have type 'object' and not have
# 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level".
_NOT_AT_TOP = frozenset({"oneOf", "anyOf", "allOf", "enum", "const", "not", "$ref"})
# What stays of a reduced schema: the keywords in Gemini's documented Schema object that others know under the same name
# (https://ai.google.dev/api/caching#Schema).
_PLAIN_KEYWORDS = frozenset({"title", "description", "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength"})
_REF_PREFIXES = ("#/$defs/", "#/definitions/")


def function_schema(schema: Any, form: str, where: str) -> JsonObject:
    """A tool's `parameters`: always an object schema with `properties`. `form` is `full` or `reduced`.

    Raises BadRequest for what is no schema, and one too deep; `where` is its place in the request.
    """
    return fitted_schema(schema, form, where)[0]


def fitted_schema(schema: Any, form: str, where: str) -> tuple[JsonObject, bool]:
    """`function_schema`, and whether it is another than what was given."""
    schema = {} if schema is None else schema
    if not isinstance(schema, dict):
        raise BadRequest(f"{where}: Input should be an object")
    try:
        return _kept(to_json(schema), form)  # the same tools come with every turn of a session
    except (ValueError, BadRequest):  # what cannot be a key, or is refused with its place in this request
        return (fitted := _function_schema(schema, form, where)), fitted != schema


@lru_cache(maxsize=512)
def _kept(schema: bytes, form: str) -> tuple[JsonObject, bool]:
    """Shared by all requests, so never changed."""
    given = from_json(schema)
    return (fitted := _function_schema(given, form, "")), fitted != given


def _function_schema(schema: JsonObject, form: str, where: str) -> JsonObject:
    top = _object_at_top(schema)
    return _Reducer(schema, where).reduced(top) if form == "reduced" else _with_properties(top, where)


def strict_schema(schema: Any, where: str) -> JsonObject:
    """The schema of an answer as strict modes demand it: reduced, every property required and no other allowed.

    A property that was optional is not made nullable: the client checks the answer against its own schema, where an empty
    value passes and null does not. Raises BadRequest as `function_schema` does.
    """
    return _closed(function_schema(schema, "reduced", where))


def _definitions(schema: JsonObject) -> JsonObject:
    return {
        prefix + name: definition
        for prefix in _REF_PREFIXES
        for name, definition in _mapping(schema, prefix[2:-1]).items()
        if isinstance(definition, dict)
    }


def _object_at_top(schema: JsonObject) -> JsonObject:
    """The schema as one object: what unions at the top offer is taken together, and what they all demand is demanded."""
    if schema.get("type") == "object" and "properties" in schema and _NOT_AT_TOP.isdisjoint(schema):
        return schema
    definitions = _definitions(schema)
    top = {key: value for key, value in schema.items() if key not in _NOT_AT_TOP}
    properties = dict(_mapping(schema, "properties"))
    required = _words(schema, "required")
    for part, counts in _top_parts(schema, definitions):
        properties = {**_mapping(part, "properties"), **properties}
        required += [name for name in _words(part, "required") if counts and name not in required]
    merged: JsonObject = {**top, "type": "object", "properties": properties}
    return {**merged, "required": required} if required else merged


def _top_parts(schema: JsonObject, definitions: JsonObject) -> list[tuple[JsonObject, bool]]:
    """The schemas joined at the top, each with whether its `required` holds always: that of one choice of many does not."""
    parts = [(schema, True)] if "$ref" in schema else []
    parts += [(part, True) for part in _schemas(schema, "allOf")]
    parts += [(part, len(_schemas(schema, key)) == 1) for key in ("anyOf", "oneOf") for part in _schemas(schema, key)]
    return [(definitions.get(str(part.get("$ref")), part), counts) for part, counts in parts]


def _with_properties(schema: JsonObject, where: str, depth: int = 0) -> JsonObject:
    """The schema with `properties` in each object schema; the same object where nothing lacked."""
    if depth > MAX_DEPTH:
        raise _too_deep(where)
    changed: JsonObject = {}
    for key, value in schema.items():
        if isinstance(value, dict) and key in _MAPS:
            new: Any = {name: _inner(inner, where, depth) for name, inner in value.items()}
            if any(new[name] is not inner for name, inner in value.items()):
                changed[key] = new
        elif isinstance(value, dict) and key in _SINGLES:
            if (new := _with_properties(value, where, depth + 1)) is not value:
                changed[key] = new
        elif isinstance(value, list) and key in _LISTS:
            changed[key] = [_inner(inner, where, depth) for inner in value]
    if schema.get("type") == "object" and "properties" not in schema:
        changed["properties"] = {}
    return {**schema, **changed} if changed else schema


def _inner(schema: Any, where: str, depth: int) -> Any:
    return _with_properties(schema, where, depth + 1) if isinstance(schema, dict) else schema


def _too_deep(where: str) -> BadRequest:
    return BadRequest(f"{where}: the schema is nested more than {MAX_DEPTH} levels deep")


class _Reducer:
    """Reduces one tool's schema. Made for one schema: it counts what it writes, for `$ref`s can multiply without end."""

    def __init__(self, schema: JsonObject, where: str) -> None:
        self._definitions = _definitions(schema)
        self._where = where
        self._left = MAX_SCHEMAS

    def reduced(self, schema: JsonObject, seen: tuple[str, ...] = (), depth: int = 0) -> JsonObject:
        """The schema in core keywords. `seen` are the `$ref`s that led here."""
        if depth > MAX_DEPTH:
            raise _too_deep(self._where)
        self._left -= 1
        if self._left < 0:
            raise BadRequest(f"{self._where}: the schema has more than {MAX_SCHEMAS} parts once its references are followed")
        if "$ref" in schema or "allOf" in schema:
            schema, seen = self._resolved(schema, seen, depth)
        kinds = schema.get("type")
        choices = _schemas(schema, "anyOf") or _schemas(schema, "oneOf")
        if not choices and isinstance(kinds, list):
            choices = [{"type": kind} for kind in kinds]
        if choices:
            return self._union(schema, choices, seen, depth)
        result: JsonObject = {"type": kinds} if isinstance(kinds, str) else {}
        result |= {key: value for key, value in schema.items() if key in _PLAIN_KEYWORDS}
        if "enum" in schema or "const" in schema:
            result |= _enum(schema, result)
        if isinstance(items := schema.get("items"), dict):
            result["items"] = self.reduced(items, seen, depth + 1)
        elif kinds == "array":
            result["items"] = {}
        if kinds == "object" or "properties" in schema:
            result["type"] = "object"
            result |= self._properties(schema, seen, depth)
        return result

    def _resolved(self, schema: JsonObject, seen: tuple[str, ...], depth: int) -> tuple[JsonObject, tuple[str, ...]]:
        """The schema with its `$ref` followed and its `allOf` merged. A `$ref` that leads into itself, or nowhere, ends as a
        free object: there is no other way to say it.
        """
        if depth > MAX_DEPTH:
            raise _too_deep(self._where)
        while isinstance(ref := schema.get("$ref"), str):
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            if ref in seen or ref not in self._definitions:
                return {"type": "object", "properties": {}, **beside}, seen
            schema, seen = {**self._definitions[ref], **beside}, (*seen, ref)
        for part in _schemas(schema, "allOf"):
            inner, seen = self._resolved(part, seen, depth + 1)
            properties = {**_mapping(inner, "properties"), **_mapping(schema, "properties")}
            required = _words(schema, "required") + _words(inner, "required")
            merged = {"properties": properties} if properties else {}
            schema = {**inner, **schema, **merged, **({"required": required} if required else {})}
        return schema, seen

    def _union(self, schema: JsonObject, choices: list[JsonObject], seen: tuple[str, ...], depth: int) -> JsonObject:
        """A choice. What stood beside it goes into each branch: `type` beside `anyOf` is refused by some."""
        beside = {key: value for key, value in schema.items() if key not in _NOT_BESIDE_A_CHOICE}
        if isinstance(schema.get("type"), str):
            beside["type"] = schema["type"]
        branches: list[JsonObject] = []
        for choice in choices:
            null = choice.get("type") == "null"
            branch = {"type": "null"} if null else self.reduced({**beside, **choice}, seen, depth + 1)
            if branch not in branches:
                branches.append(branch)
        told = {"description": schema["description"]} if "description" in schema else {}
        return {**told, **branches[0]} if len(branches) == 1 else {**told, "anyOf": branches}

    def _properties(self, schema: JsonObject, seen: tuple[str, ...], depth: int) -> JsonObject:
        properties = {
            name: self.reduced(value, seen, depth + 1) if isinstance(value, dict) else {}
            for name, value in _mapping(schema, "properties").items()
        }
        required = [name for name in dict.fromkeys(_words(schema, "required")) if name in properties]
        return {"properties": properties, "required": required} if required else {"properties": properties}


def _enum(schema: JsonObject, result: JsonObject) -> JsonObject:
    """`enum` and `const`. Gemini takes words only: other values are told in the description."""
    values = schema["enum"] if isinstance(schema.get("enum"), list) else [schema["const"]] if "const" in schema else []
    if not values:
        return {}
    if all(isinstance(value, str) for value in values):
        return {"type": "string", "enum": values}
    told = "One of: " + ", ".join(to_json(value).decode() for value in values)
    return {"description": f"{result['description']} {told}" if "description" in result else told}


def _closed(schema: JsonObject) -> JsonObject:
    result = dict(schema)
    if isinstance(items := schema.get("items"), dict):
        result["items"] = _closed(items)
    if branches := _schemas(schema, "anyOf"):
        result["anyOf"] = [_closed(branch) for branch in branches]
    if schema.get("type") == "object":
        properties = _mapping(schema, "properties")
        result["properties"] = {name: _closed(value) for name, value in properties.items()}
        result |= {"required": list(properties), "additionalProperties": False}
    return result


def _mapping(schema: JsonObject, key: str) -> JsonObject:
    value = schema.get(key)
    return value if isinstance(value, dict) else {}


def _schemas(schema: JsonObject, key: str) -> list[JsonObject]:
    value = schema.get(key)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _words(schema: JsonObject, key: str) -> list[str]:
    value = schema.get(key)
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
