"""Small tests of single values, shared by the rules of the chat fake."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def unknown(where: str, value: dict[str, Any], known: Collection[str]) -> Iterator[str]:
    prefix = f"{where}." if where else ""
    yield from (f"{prefix}{field}: property is unsupported" for field in sorted(value.keys() - set(known)))
