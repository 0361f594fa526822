"""What a flow is called: its line and mark in the lists, and once it is over the same line in the log."""

from __future__ import annotations

import logging
from typing import Any

from mitmproxy import http

from addon.inspect.line import level_of, line
from addon.inspect.texts import in_one_line
from addon.marks import mark

log = logging.getLogger(__name__)


def show(flow: http.HTTPFlow, kept: dict[str, Any]) -> None:
    flow.comment = in_one_line(line(kept))
    mark(flow, kept)


def label(flow: http.HTTPFlow, kept: dict[str, Any]) -> None:
    show(flow, kept)
    log.log(logging.WARNING if kept.get("error") else logging.INFO, "ccr: %s", flow.comment)
    for note in kept.get("notes") or ():
        log.log(level_of(note["rule"]), "ccr: %s: %s", note["rule"], in_one_line(note["text"]))
