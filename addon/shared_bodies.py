"""A body that is kept once: what the flow's own message holds is not kept a second time in the flow's record.

Where protocol and dialect are the same, what the client sent and what the provider was sent differ in a few bytes, and so do the
answers. The record then has, instead of the text,

    {"of": "request" or "response",       the flow's message that holds most of it
     "digest": "…",                       of that message's content, without its compression
     "parts": [[0, 11], "text", …]}       ranges of its bytes, and what stands between them

`of` may be changed by its user, once the flow is over. mitmproxy keeps what it was, as long as the flow can be reverted.
"""

from __future__ import annotations

import copy
import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Literal

from mitmproxy import http

type Side = Literal["request", "response"]
type Part = list[int] | str
type Stored = str | dict[str, Any]

_WORTH_SAVING = 512
"""Bytes. Less than this is not worth a look at two places."""

_MOST_PARTS = 2000
_ALIKE = 16
"""Bytes that two bodies of one form have in common at their ends, at least."""


def shared(text: str, flow: http.HTTPFlow, side: Side) -> Stored:
    """What to keep of `text`: itself, unless most of it is in the flow's message."""
    base = _content(flow, side)
    if base is None or len(text) < _WORTH_SAVING:
        return text
    try:
        parts = _parts(text.encode(), base)
    except UnicodeEncodeError:
        return text
    if parts is None:
        return text
    return {"of": side, "digest": _digest(base), "parts": parts}


def restored(stored: Stored, flow: http.HTTPFlow) -> str:
    """The text that `shared` was given. Raises ValueError if the flow's message is another by now."""
    if isinstance(stored, str):
        return stored
    side: Side = stored["of"]
    base = next((each for each in _contents(flow, side) if _digest(each) == stored["digest"]), None)
    if base is None:
        raise ValueError(
            f"the flow's {side} was changed after it was recorded, and what was kept of the other side builds on it; "
            "hint: revert the flow"
        )
    return b"".join(part.encode() if isinstance(part, str) else base[part[0] : part[1]] for part in stored["parts"]).decode()


def _contents(flow: http.HTTPFlow, side: Side) -> Iterator[bytes]:
    """What the message is, and what it was before its user changed it."""
    if (content := _content(flow, side)) is not None:
        yield content
    before: Any = flow._backup  # noqa: SLF001 - a copy of the flow's whole state is the public way
    if before and before.get(side):
        kind: Any = http.Request if side == "request" else http.Response
        # What makes a message of a state takes the state apart.
        if (content := kind.from_state(copy.deepcopy(before[side])).get_content(strict=False)) is not None:
            yield content


def _content(flow: http.HTTPFlow, side: Side) -> bytes | None:
    message = flow.request if side == "request" else flow.response
    return message.get_content(strict=False) if message is not None else None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _parts(body: bytes, base: bytes) -> list[Part] | None:
    """How `body` is made from `base`, None if that takes hardly less than the body itself."""
    if body == base:
        return [[0, len(base)]]
    head = _common(body, base, _from_start)
    while head and _is_amid_a_character(body, head):
        head -= 1
    tail = min(_common(body, base, _from_end), min(len(body), len(base)) - head)
    while tail and _is_amid_a_character(body, len(body) - tail):
        tail -= 1
    if head + tail < _ALIKE:
        return None
    between = list(_by_lines(body[head : len(body) - tail], base[head : len(base) - tail], head))
    ranges = _merged([[0, head], *between, [len(base) - tail, len(base)]])
    if len(ranges) > _MOST_PARTS or 2 * sum(len(part) for part in ranges if isinstance(part, bytes)) > len(body):
        return None
    return [part.decode() if isinstance(part, bytes) else part for part in ranges]


def _is_amid_a_character(text: bytes, at: int) -> bool:
    """In UTF-8."""
    return at < len(text) and text[at] & 0xC0 == 0x80


def _common(one: bytes, other: bytes, cut: Callable[[bytes, int, int], bytes]) -> int:
    """How many bytes the two have in common at that end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cut(one, low, middle) == cut(other, low, middle) else (low, middle - 1)
    return low


def _from_start(text: bytes, low: int, high: int) -> bytes:
    return text[low:high]


def _from_end(text: bytes, low: int, high: int) -> bytes:
    return text[len(text) - high : len(text) - low]


def _by_lines(body: bytes, base: bytes, offset: int) -> Iterator[list[int] | bytes]:
    """The lines of `body` as ranges of `base`, which begins at `offset`; as they are if they do not come there, in this order."""
    begins: defaultdict[bytes, list[int]] = defaultdict(list)
    at = 0
    for line in base.splitlines(keepends=True):
        begins[line].append(at)
        at += len(line)
    at = 0
    for line in body.splitlines(keepends=True):
        known = begins.get(line, [])
        place = bisect_left(known, at)
        if place == len(known):
            yield line
        else:
            at = known[place] + len(line)
            yield [offset + known[place], offset + at]


def _merged(parts: list[list[int] | bytes]) -> list[list[int] | bytes]:
    merged: list[list[int] | bytes] = []
    for part in parts:
        before = merged[-1] if merged else None
        if isinstance(part, bytes) and isinstance(before, bytes):
            merged[-1] = before + part
        elif isinstance(part, list) and isinstance(before, list) and before[1] == part[0]:
            before[1] = part[1]
        elif part and not (isinstance(part, list) and part[0] == part[1]):
            merged.append(part)
    return merged
