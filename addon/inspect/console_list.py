"""The console's flow list: under each routed flow, its line. mitmproxy 12 has no column for comments there."""

from __future__ import annotations

from typing import Any

import urwid
from mitmproxy import flow
from mitmproxy.tools.console.flowlist import FlowItem

from addon.record import KEY

_INDENT = " " * 3


def show_comments() -> None:
    """From now on, for every row that is drawn. A second call changes nothing."""
    row_of: Any = FlowItem.get_text
    if getattr(row_of, "shows_comment", False):
        return

    def get_text(item: Any) -> Any:
        return with_comment(row_of(item), item.flow)

    get_text.shows_comment = True  # type: ignore[attr-defined]
    FlowItem.get_text = get_text  # type: ignore[method-assign]


def with_comment(row: Any, shown: flow.Flow) -> Any:
    if KEY not in shown.metadata or not shown.comment:
        return row
    widgets: Any = urwid  # has no types
    comment = widgets.Text(("heading_inactive", _INDENT + shown.comment), wrap="ellipsis")
    return widgets.Pile([row, comment])
