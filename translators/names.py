"""Tool names and tool-call ids in the form a provider accepts.

Both maps are functions of the one name or id alone, so the same one comes out the same in every place and every turn; a
hash makes two of them meet only by an accident that does not happen (32 bits among one request's tools, 53 among its ids).
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

# OpenAI's API reference, chat completions, `function.name`: a-z, A-Z, 0-9, underscores and dashes, at most 64.
MAX_NAME = 64
_LEGAL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ILLEGAL_IN_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_HEAD, _HASH = 55, 8

_PLAIN_ID = re.compile(r"[a-zA-Z0-9_-]+")
_MISTRAL_ID = re.compile(r"[a-zA-Z0-9]{9}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


# The same tools come with every turn of a session.
@lru_cache(maxsize=4096)
def wire_name(name: str) -> str:
    """The name itself where it is legal, else 55 characters of it, `_` and 8 hex digits of its hash."""
    if _LEGAL_NAME.fullmatch(name):
        return name
    return f"{_ILLEGAL_IN_NAME.sub('_', name)[:_HEAD]}_{_digest(name)[:_HASH]}"


def wire_id(call_id: str, style: str, longest: int) -> str:
    """A call's id as the provider takes it.

    `style` is `any` (every character), `plain` (letters, digits, `_` and `-`) or `alnum9` (exactly nine letters or digits).
    An id that is legal stays as it is; `longest` is in characters and means nothing to `alnum9`.
    """
    if style == "alnum9":
        return call_id if _MISTRAL_ID.fullmatch(call_id) else _nine(call_id)
    if 0 < len(call_id) <= longest and (style == "any" or _PLAIN_ID.fullmatch(call_id)):
        return call_id
    return f"call_{_digest(call_id)[:32]}"[:longest]


def _nine(text: str) -> str:
    number = int(_digest(text), 16)
    digits: list[str] = []
    for _ in range(9):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def _digest(text: str) -> str:
    # A lone surrogate has no UTF-8 form, but must not stop a request here.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
