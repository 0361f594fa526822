"""The form of an exported file, by its ending."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from addon.export.markdown import markdown


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


_FORMS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {".json": _json, ".md": markdown, ".markdown": markdown}


def written(document: Mapping[str, Any], path: Path) -> int:
    """Write the document; returns the file's size in bytes. Raises ValueError for an ending that is not known, and OSError."""
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise ValueError(f"`{path.suffix or path.name}` is no form to write; hint: let the file end in .json or .md")
    data = form(document).encode(errors="backslashreplace")
    path.write_bytes(data)
    return len(data)
