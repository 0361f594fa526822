"""A message's body without what must not be shared: JSON and streams of events string by string, anything else as one text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from addon.export.prose import FREE, is_field
from addon.inspect.written import parsed
from addon.scrub import raw_json
from addon.scrub.raw_json import Leaf, leaves, replaced, written
from addon.scrub.texts import Identities, Scrubber, filler, mask

_DATA: Final = re.compile(r"^data: ?(.*?)\r?$", re.MULTILINE)
_COMMENT: Final = re.compile(r"^:(.*?)\r?$", re.MULTILINE)
_IS_STREAM: Final = re.compile(r"\s*(?:event|data|id|:)")
# Fields of events that hold a piece of a longer text: a key may be cut in two.
_GROWING: Final = frozenset(
    {"text", "thinking", "partial_json", "content", "reasoning", "reasoning_content", "arguments", "delta", "refusal", "data"}
)
_SCHEMAS: Final = frozenset({"input_schema", "parameters", "schema"})
_ABOUT: Final = (("type",), ("item_id",))
_ARGUMENTS: Final = "arguments"
_USERS: Final = frozenset({"user", "safety_identifier", "organization_id", "organization_uuid", "account_uuid"})
# `access_token`, `apiKey`, but not `max_tokens` nor `author`.
_SECRET_FIELD: Final = re.compile(
    r"(?:api_?-?key|token|secret|password|passwd|cookie|authorization|private_?key|credentials?)$", re.IGNORECASE
)
_WITHIN: Final = frozenset({"arguments", "partial_json", "input"})
"""Fields whose string is itself JSON."""


def scrub_body(text: str, scrubber: Scrubber) -> str:
    """As long as before, and of the same form."""
    if _is_json(text):
        return _documents(text, [(0, len(text))], scrubber)
    if not _IS_STREAM.match(text):
        return scrubber.words(text)
    spans = [found.span(1) for found in _DATA.finditer(text)]
    documents = [span for span in spans if _is_json(text[slice(*span)])]
    # In what is no event: comments, and data that is no JSON.
    words = [found.span(1) for found in _COMMENT.finditer(text)] + [span for span in spans if span not in documents]
    return _documents(text, documents, scrubber, {span: _unless_end(text[slice(*span)], scrubber) for span in words})


def learn_body(text: str, identities: Identities) -> None:
    """Take note of who the user is, and of secrets that only their fields' names tell."""
    spans = [(0, len(text))] if _is_json(text) else [found.span(1) for found in _DATA.finditer(text)]
    joined: defaultdict[raw_json.Path, list[str]] = defaultdict(list)
    for start, end in spans:
        for leaf in leaves(text[start:end]):
            if leaf.is_key:
                continue
            joined[leaf.path].append(leaf.text)
            if leaf.key == "user_id":
                identities.learn_user_id(leaf.text)
            elif _SECRET_FIELD.search(leaf.key) or leaf.key in _USERS:
                identities.learn_secret(leaf.text)
    for pieces in joined.values():
        identities.learn_text("".join(pieces))
    if not joined:
        identities.learn_text(text)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") and isinstance(parsed(text), dict | list)


def _unless_end(text: str, scrubber: Scrubber) -> str:
    return text if text.strip() == "[DONE]" else scrubber.words(text)


def _documents(
    text: str, spans: list[tuple[int, int]], scrubber: Scrubber, others: Mapping[tuple[int, int], str] | None = None
) -> str:
    """Each span is a JSON document. Pieces of one text are looked at as one. `others` are replaced as they say."""
    changes = dict(others or {})
    growing: defaultdict[raw_json.Path, list[tuple[int, Leaf]]] = defaultdict(list)
    for start, end in spans:
        about: raw_json.Path = ()
        for leaf in leaves(text[start:end]):
            about += (leaf.text,) if leaf.path in _ABOUT and not leaf.is_key else ()
            if len(spans) > 1 and leaf.key in _GROWING and not leaf.is_key:
                growing[about + leaf.path].append((start, leaf))
            else:
                changes[start + leaf.start, start + leaf.end] = written(leaf.raw, _scrubbed(leaf, leaf.text, about, scrubber))
    for about, pieces in growing.items():
        whole = "".join(leaf.text for _, leaf in pieces)
        new, at = _scrubbed(pieces[0][1], whole, about, scrubber), 0
        for start, leaf in pieces:
            changes[start + leaf.start, start + leaf.end] = written(leaf.raw, new[at : at + len(leaf.text)])
            at += len(leaf.text)
    return replaced(text, changes)


def _scrubbed(leaf: Leaf, text: str, about: raw_json.Path, scrubber: Scrubber) -> str:
    free = _is_free(leaf.path)
    if leaf.is_key:
        return _field(text, scrubber, free=free)
    if _holds_json(leaf.key, about) and isinstance(parsed(text), dict | list):
        return within(text, scrubber)
    if _SECRET_FIELD.search(leaf.key):
        return mask(text)
    return scrubber.value(text, leaf.key, free=free)


def _holds_json(key: str, about: raw_json.Path) -> bool:
    return key in _WITHIN or (key == "delta" and any(_ARGUMENTS in word for word in about))


def _is_free(path: raw_json.Path) -> bool:
    """Whether this is within what a tool was given: not where a schema or a conversation has a field of such a name."""
    for at, name in enumerate(path):
        if name in _SCHEMAS:
            return False
        if name in FREE and not (at == 0 and len(path) > 1 and path[1].startswith("[")):
            return True
    return False


def _field(name: str, scrubber: Scrubber, *, free: bool) -> str:
    return scrubber.safe(name) if not scrubber.prose or is_field(name, free=free) else filler(name)


def given(text: str, scrubber: Scrubber) -> str:
    """What a tool was given, which may be broken: then it is one text."""
    return within(text, scrubber) if _is_json(text) else scrubber.words(text)


def within(text: str, scrubber: Scrubber) -> str:
    """JSON that a tool was given: the names of its fields stay if they look like names, its numbers stay."""
    changes: dict[tuple[int, int], str] = {}
    for leaf in leaves(text):
        if leaf.is_key:
            new = _field(leaf.text, scrubber, free=True)
        elif _SECRET_FIELD.search(leaf.key):
            new = mask(leaf.text)
        else:
            new = scrubber.value(leaf.text, leaf.key, free=True)
        changes[leaf.start, leaf.end] = written(leaf.raw, new)
    return replaced(text, changes)
