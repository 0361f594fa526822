"""Provider state (thought signatures, encrypted reasoning) carried in fields that the client sends back unread.

The client keeps a thinking block's `signature` and returns it with the history. Whatever a provider wants returned is sealed
into that field behind a mark, so that it is known for ours, and never taken for a signature of Anthropic's.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from binascii import a2b_base64
from typing import Any

from pydantic_core import from_json, to_json

type JsonObject = dict[str, Any]

MARK = "ccr1."


def seal(payload: JsonObject) -> str:
    """The payload as a signature: the mark, then compact JSON in unpadded base64url."""
    return MARK + urlsafe_b64encode(to_json(payload)).rstrip(b"=").decode("ascii")


def is_ours(signature: object) -> bool:
    """Whether the signature carries our mark. It may still be damaged."""
    return isinstance(signature, str) and signature.startswith(MARK)


def unseal(signature: object) -> JsonObject | None:
    """What was sealed, or None for a signature that is not ours or was damaged on its way. Never raises."""
    if not isinstance(signature, str) or not signature.startswith(MARK):
        return None
    text = signature[len(MARK) :].translate(_TO_STANDARD_BASE64)
    try:
        payload = from_json(a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True))
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


_TO_STANDARD_BASE64 = str.maketrans("-_", "+/")
