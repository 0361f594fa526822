"""What stdout does with what it cannot hold: a name that is no UTF-8, and our arrows on a terminal that has none."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

HANDLER: Final = "ccr.written"
_ESCAPED: Final = range(0xDC80, 0xDD00)
"""Bytes of a name that are no UTF-8, as Python holds them (PEP 383)."""


def never_fail() -> None:
    """From now on. Stderr never fails by itself."""
    codecs.register_error(HANDLER, written)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=HANDLER)


def written(error: UnicodeError) -> tuple[bytes, int]:
    """An error handler: such bytes as they were, anything else as `?`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    piece = error.object[error.start : error.end]
    return b"".join(bytes([ord(each) - 0xDC00]) if ord(each) in _ESCAPED else b"?" for each in piece), error.end
