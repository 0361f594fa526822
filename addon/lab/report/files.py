"""The report as a file: what it is written as, its name says."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from addon.lab.report.html import page
from addon.lab.report.json_form import json_text
from addon.lab.report.markdown import markdown
from addon.lab.report.report import Report


class ReportError(Exception):
    """The report cannot be written there. The message is for people."""


_FORMS: Final[Mapping[str, Callable[[Report], str]]] = {".md": markdown, ".html": page, ".json": json_text}


def check(path: Path) -> None:
    """Before any money is spent. Raises `ReportError`."""
    if path.suffix.lower() not in _FORMS:
        raise ReportError(f"`{path}`: a report is .md, .html or .json by its name; hint: `{path.stem or 'report'}.html`")
    if path.is_dir() or not path.absolute().parent.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise ReportError(f"`{path}` cannot be written; hint: name a file in a folder that is there")


def write(report: Report, path: Path) -> None:
    """`report` must be without secrets already. Raises `ReportError`."""
    text = _FORMS[path.suffix.lower()](report)
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReportError(f"`{path}` cannot be written: {error.strerror or error}") from None
