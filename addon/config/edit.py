"""Changing single values of a YAML configuration: all else stays as it was, byte for byte, comments included.

`ruamel.yaml` says where each value begins and ends, and only that stretch of the text is written anew. What comes out is read
again and must be the old tree with that one value changed, else the edit is refused.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from addon.config.document import Document, normal
from addon.config.errors import ConfigError
from addon.config.parse import parse

_PLAIN = re.compile(r"[A-Za-z][\w./@+~-]*(?:[:,][\w./@+~-]+)*")
_LIKE_OTHER_TYPES = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n")


class EditRefused(ValueError):
    """The file cannot be edited so; nothing was changed. The message says why and what to do."""


def set_route(text: str, source: str, route: str, choice: str) -> str:
    """The text with the route set. `choice` is `provider,model`. Raises EditRefused, and ConfigError
    for a file that is no YAML.
    """
    document = _yaml(text, source)
    tree = copy.deepcopy(document.tree)
    router, name = _key(tree, "router") or "router", ""
    if not isinstance(tree.get(router), dict):
        if tree.get(router) is not None:
            raise EditRefused(f"{source}: `{router}` is not a mapping\nhint: put it right by hand first")
        tree[router] = {}
    name = _key(tree[router], route) or route
    tree[router][name] = choice
    return _changed(text, source, tree, lambda root: _with_route(text, root, router, name, choice))


def add_model(text: str, source: str, provider: str, model: str) -> str:
    """The text with `model` in the provider's list, unless it is there, or there is no list, or the list has `"*"`."""
    document = _yaml(text, source)
    tree = copy.deepcopy(document.tree)
    path = _models_path(tree, provider)
    models = document.value(path) if path else None
    if not path or not isinstance(models, list) or not models or model in models or "*" in models:
        return text
    at: Any = tree
    for part in path:
        at = at[part]
    at.append(model)

    def edited(root: MappingNode) -> str:
        node: Node = root
        for part in path:
            node = node.value[part] if isinstance(part, int) else _child(node, part)[1]
        assert isinstance(node, SequenceNode)
        return _with_item(text, node, model)

    return _changed(text, source, tree, edited)


def refuse_json(source: str) -> None:
    """Raises EditRefused for a file that is JSON by its name."""
    if source.lower().endswith((".json", ".json5")):
        hint = f"`ccr init --from {source}` makes a config.yaml of it, which can be edited"
        raise EditRefused(f"{source}: JSON cannot be edited without losing its comments\nhint: {hint}")


def _yaml(text: str, source: str) -> Document:
    refuse_json(source)
    return parse(text, source)


def _changed(text: str, source: str, expected: Any, edit: Callable[[MappingNode], str]) -> str:
    """The edited text, if it says what it is to say and nothing else."""
    refused = f"{source}: this line cannot be edited safely, it may use anchors or aliases\nhint: change it by hand"
    try:
        root = YAML(typ="rt", pure=True).compose(text)
        if not isinstance(root, MappingNode):
            raise EditRefused(refused)
        edited = edit(root)
        if parse(edited, source).tree != expected:
            raise EditRefused(refused)
    except (MarkedYAMLError, ConfigError):
        raise EditRefused(refused) from None
    return edited


# --- stretches of the text


def _with_route(text: str, root: MappingNode, router: str, name: str, choice: str) -> str:
    found = _find(root, router)
    if found is None:
        return _with_key(text, root, router, f"{_newline(text)}  {name}: {scalar(choice, flow=False)}", spaced=True)
    key, section = found
    if not isinstance(section, MappingNode):  # `router:` with nothing behind it
        at = _behind_colon(text, key)
        return f"{text[:at]}{_newline(text)}{' ' * (key.start_mark.column + 2)}{name}: {scalar(choice, flow=False)}{text[at:]}"
    if not section.value:
        return f"{text[: section.start_mark.index]}{{{name}: {scalar(choice, flow=True)}}}{text[section.end_mark.index :]}"
    child = _find(section, name)
    if child is None:
        return _with_key(text, section, name, " " + scalar(choice, flow=bool(section.flow_style)))
    return _with_value(text, *child, choice, flow=bool(section.flow_style))


def _with_value(text: str, key: Node, value: Node, new: str, *, flow: bool) -> str:
    start, end = value.start_mark.index, value.end_mark.index
    style = value.style if isinstance(value, ScalarNode) else None
    if start < key.end_mark.index:  # an alias: the value stands elsewhere
        found = re.compile(r":\s+(\*[^\s,\]}]+)").match(text, key.end_mark.index)
        if found is None:
            return text
        start, end = found.span(1)
    elif isinstance(value, ScalarNode) and style is None and not value.value:  # nothing was written
        at = _behind_colon(text, key)
        return f"{text[:at]} {scalar(new, flow=flow)}{text[at:]}"
    ending = _newline(text) if style in ("|", ">") else ""
    return text[:start] + scalar(new, flow=flow, style=style or "") + ending + text[end:]


def _with_key(text: str, mapping: MappingNode, name: str, value: str, *, spaced: bool = False) -> str:
    """The text with one more key at the end of a mapping that has some."""
    last_key, last = mapping.value[-1]
    if mapping.flow_style:
        end = mapping.end_mark.index - 1
        head = text[:end].rstrip()
        return f"{head}{' ' if head.endswith(',') else ', '}{name}:{value}{text[len(head) : end]}{text[end:]}"
    at = _end_of_line(text, max(last_key.end_mark.index, _end(last)))
    head, newline = text[:at], _newline(text)
    head += "" if head.endswith("\n") else newline
    return f"{head}{newline if spaced else ''}{' ' * mapping.value[0][0].start_mark.column}{name}:{value}{newline}{text[at:]}"


def _with_item(text: str, sequence: SequenceNode, item: str) -> str:
    if sequence.flow_style:
        end = sequence.end_mark.index - 1
        head = text[:end].rstrip()
        return f"{head}{' ' if head.endswith(',') else ', '}{scalar(item, flow=True)}{text[len(head) : end]}{text[end:]}"
    at = _end_of_line(text, _end(sequence.value[-1]))
    newline = _newline(text)
    head = text[:at] if text[:at].endswith("\n") else text[:at] + newline
    return f"{head}{' ' * sequence.start_mark.column}- {scalar(item, flow=False)}{newline}{text[at:]}"


def _end(node: Node) -> int:
    """Where the last of the node's own text ends; a block's end mark stands behind the comments and blank lines after it."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(last[0].end_mark.index, _end(last[1])) if isinstance(last, tuple) else _end(last)
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return int(node.end_mark.index) - 1
    return int(node.end_mark.index)


def _end_of_line(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _behind_colon(text: str, key: Node) -> int:
    return text.index(":", key.end_mark.index) + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def scalar(value: str, *, flow: bool = False, style: str = "") -> str:
    """The text in YAML: plain where that is safe, else in quotes; `style` is the quote that was there.

    `flow`: it stands within `[]` or `{}`.
    """
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    plain = not flow and _PLAIN.fullmatch(value) and not _LIKE_OTHER_TYPES.fullmatch(value)
    if plain and style != '"':
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- finding keys in whatever spelling


def _key(tree: Mapping[str, Any], name: str) -> str | None:
    return next((key for key in tree if normal(str(key)) == normal(name)), None)


def _find(mapping: MappingNode, name: str) -> tuple[Node, Node] | None:
    return next(((key, value) for key, value in mapping.value if key.value == name), None)


def _child(node: Node, name: str | int) -> tuple[Node, Node]:
    found = _find(node, str(name)) if isinstance(node, MappingNode) else None
    if found is None:
        raise EditRefused("the key comes from an anchor\nhint: change it by hand")
    return found


def _models_path(tree: Mapping[str, Any], provider: str) -> tuple[str | int, ...]:
    """Where the list of a provider's models stands; () where there is none."""
    top = _key(tree, "providers")
    section = tree.get(top) if top else None
    if top is None:
        return ()
    if isinstance(section, dict):
        keys: list[Any] = [key for key in section if key == provider]
    elif isinstance(section, list):
        keys = [at for at, each in enumerate(section) if isinstance(each, dict) and _named(each) == provider]
    else:
        return ()
    if not keys or not isinstance(section[keys[0]], dict):
        return ()
    models = _key(section[keys[0]], "models")
    return (top, keys[0], models) if models else ()


def _named(provider: Mapping[str, Any]) -> str:
    for name in ("name", "id"):
        if (key := _key(provider, name)) and isinstance(provider[key], str):
            return str(provider[key]).strip()
    return ""
