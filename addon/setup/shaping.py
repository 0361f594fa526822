"""A tree in the schema's keys as a YAML file for people."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from addon.config.schema import ConfigFile, ProviderSection, RouterSection, Section
from addon.config.spelling import nested


def written(tree: dict[str, Any], source: Path, today: date) -> str:
    """The file's text; `source` is what the tree was read from."""
    shaped = _shaped(tree, ConfigFile)
    shaped.yaml_set_start_comment(
        f"Made from {source.name} by `ccr init` on {today.isoformat()}; yours to edit.\n"
        "No key is in this file: `$NAME` is read from the environment.\n"
        "`ccr model` changes the routes and leaves your comments alone.\n"
    )
    for key in (next(iter(shaped), ""), "providers", "router", "fallback"):
        if key in shaped:
            shaped.yaml_set_comment_before_after_key(key, before="\n")
    writer = YAML(typ="rt", pure=True)
    writer.width = 130
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump(shaped, out)
    return re.sub(r"^#$\n", "\n", out.getvalue(), flags=re.MULTILINE)


def _shaped(tree: dict[str, Any], section: type[Section]) -> CommentedMap:
    """In the schema's order and documented spelling; providers as a list of mappings, each with its name first."""
    shaped = CommentedMap()
    for name in section.model_fields:
        if name in tree and tree[name] not in (None, "", [], {}):
            shaped[section.shown.get(name, name)] = _value(tree[name], section, name)
    return shaped


def _value(value: Any, section: type[Section], name: str) -> Any:
    child, many = nested(section, name)
    if child is ProviderSection and isinstance(value, dict):
        return CommentedSeq(
            _shaped({**item, "name": key}, ProviderSection) for key, item in value.items() if isinstance(item, dict)
        )
    if child is not None and isinstance(value, dict) and not many:
        return _shaped(value, child)
    if section is RouterSection and isinstance(value, str):
        return _quoted(value)
    return _plain(value)


def _plain(value: Any) -> Any:
    """Short lists of texts on one line, as people write them."""
    if isinstance(value, dict):
        return CommentedMap((key, _plain(item)) for key, item in value.items())
    if isinstance(value, list):
        shaped = CommentedSeq(_plain(item) for item in value)
        if sum(len(str(item)) + 2 for item in value) < 100 and not any(isinstance(item, dict | list) for item in value):
            shaped.fa.set_flow_style()
        return shaped
    return _quoted(value) if isinstance(value, str) else value


def _quoted(value: str) -> Any:
    """Plain where YAML 1.1 and 1.2 read the same text."""
    safe = re.fullmatch(r"[A-Za-z$][\w$./@+~-]*(?:[:,][\w./@+~-]+)*(?:://[\w./:@%~?=&+-]*[\w/])?", value)
    words = re.fullmatch(r"(?i)true|false|null|yes|no|on|off|y|n", value)
    return value if safe and not words else DoubleQuotedScalarString(value)
