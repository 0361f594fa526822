"""Text to a tree: YAML (1.2's scalars, so that `no`, `on`, `010` and `2024-08-06` stay what they look like) and JSON5."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import json5
import yaml

from addon.config.document import Document, Path
from addon.config.errors import ConfigError, Problem
from addon.config.syntax import TOO_LARGE, forbidden, json_problem, yaml_problem

MAX_CHARACTERS = 256 * 1024
"""Longest text that is read; the JSON5 parser takes about ten seconds for a million characters."""

MAX_VALUES = 50_000
"""Most values a file may hold; YAML's aliases can make very many out of few lines."""

MAX_DEPTH = 100
"""Most levels a file may have; what looks at the tree later goes into it by as many calls."""

_YAML = "tag:yaml.org,2002:"
_TOO_DEEP = Problem("is nested too deeply", "a configuration is a few levels deep; look for an alias that contains itself")


def parse(text: str, source: str) -> Document:
    """Raises ConfigError, with line and column where known."""
    if len(text) > MAX_CHARACTERS:
        what = f"is too long: `{len(text)}` characters"
        raise ConfigError(source, [Problem(what, f"at most {MAX_CHARACTERS} are read; is this the right file?")])
    try:
        document = _parse_json(text, source) if _looks_like_json(text, source) else _parse_yaml(text, source)
    except RecursionError:
        raise ConfigError(source, [_TOO_DEEP]) from None
    if _depth(document.tree) > MAX_DEPTH:
        raise ConfigError(source, [_TOO_DEEP])
    return document


def _depth(tree: Any) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        members = (value.values() if isinstance(value, dict) else value for value in level)
        level = [each for inner in members for each in inner if isinstance(each, dict | list)]
    return depth


def _looks_like_json(text: str, source: str) -> bool:
    match source.rpartition(".")[2].lower():
        case "json" | "json5":
            return True
        case "yaml" | "yml":
            return False
        case _:
            return text.lstrip().startswith(("{", "//", "/*"))


def _mapping(tree: Any, source: str) -> dict[str, Any]:
    if isinstance(tree, dict):
        return tree
    kind = "empty" if tree is None else "a list" if isinstance(tree, list) else "a single value"
    raise ConfigError(source, [Problem(f"is {kind}, not a mapping", "start with keys such as `providers:` and `router:`")])


# --- JSON5


class _Duplicate(Exception):
    pass


def _parse_json(text: str, source: str) -> Document:
    try:
        tree = _load_json(text)
    except _Duplicate as duplicate:
        raise ConfigError(source, [_given_twice(str(duplicate))]) from None
    except ValueError as error:
        raise ConfigError(source, [json_problem(str(error))]) from None
    return Document(source, text, _mapping(tree, source))


def _load_json(text: str) -> Any:
    try:  # plain JSON is parsed some thousand times faster
        return json.loads(text, object_pairs_hook=_unique)
    except ValueError:
        return json5.loads(text, object_pairs_hook=_unique)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        if key in tree:
            raise _Duplicate(key)
        tree[key] = value
    return tree


# --- YAML


class _Loader(yaml.SafeLoader):
    """Composes nodes only; scalars are resolved by YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and type are PyYAML's


def _resolve(kind: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(_YAML + kind, re.compile(rf"^(?:{pattern})$"), list(first))


# https://yaml.org/spec/1.2.2/#1032-tag-resolution, with 1.1's merge key, which people use with anchors
_resolve("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_resolve("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789")
_resolve(
    "float",
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    "-+.0123456789",
)
_resolve("null", "~|null|Null|NULL|", "~nN\0")
_Loader.yaml_implicit_resolvers.setdefault("", []).append((_YAML + "null", re.compile("^$")))
_resolve("merge", "<<", "<")


def _parse_yaml(text: str, source: str) -> Document:
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        reader = _YamlReader(source)
        tree = None if node is None else reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        raise ConfigError(source, [yaml_problem(error)]) from None
    except yaml.reader.ReaderError as error:
        raise ConfigError(source, [forbidden(text, error)]) from None
    return Document(source, text, _mapping(tree, source), reader.places)


class _YamlReader:
    """Nodes to values, noting where each stands. One per file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.places: dict[Path, tuple[int, int]] = {}
        self._left = MAX_VALUES

    def read(self, node: yaml.Node, path: Path) -> Any:
        self._left -= 1
        if self._left < 0:
            raise self._error(node, f"holds more than `{MAX_VALUES}` values", "look for aliases that multiply each other")
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self._placed(item, item, (*path, index)) for index, item in enumerate(node.value)]
            case _:
                return self._scalar(node)

    def _placed(self, at: yaml.Node, node: yaml.Node, path: Path) -> Any:
        self.places[path] = at.start_mark.line + 1, at.start_mark.column + 1
        return self.read(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key is a list or a mapping", "keys are words; quote a text that begins with `{` or `[`")
            if key.tag == _YAML + "merge":
                merged = self._merge(value, path) | merged
            elif key.value in own:
                raise self._error(key, *_twice(key.value))
            else:
                own[key.value] = self._placed(key, value, (*path, key.value))
        return merged | own

    def _merge(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        value = self.read(node, path)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise self._error(node, "`<<` is given something that is not a mapping", "write `<<: *anchor`")
        return {key: item for part in reversed(parts) for key, item in part.items()}

    def _scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        match node.tag.removeprefix(_YAML):
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return self._whole(node, text)
            case "float":
                return float(re.sub(r"\.(?=inf|nan)", "", text.lower()))
            case "str" | "!" | "merge":
                return text
            case tag:  # of a mapping or a list, too
                raise self._error(node, f"the tag `{tag}` is not supported", "remove the tag; quote a text that begins with `!`")

    def _whole(self, node: yaml.Node, text: str) -> int:
        try:
            return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
        except ValueError:  # Python reads no more than 4,300 digits
            raise self._error(node, TOO_LARGE, "quote it, if it is no number") from None

    def _error(self, node: yaml.Node, what: str, hint: str) -> ConfigError:
        mark = node.start_mark
        return ConfigError(self.source, [Problem(what, hint, line=mark.line + 1, column=mark.column + 1)])


def _twice(key: str) -> tuple[str, str]:
    return f"the key `{key}` is given twice", "keep one of the two"


def _given_twice(key: str) -> Problem:
    return Problem(*_twice(key))
