"""mitmweb's flow list: the comment's column is shown, unless the user chose the columns. `web_page.css` gives it room."""

from __future__ import annotations

import sys
from typing import Final

from mitmproxy import ctx

OPTION: Final = "web_columns"
COLUMNS: Final = ("tls", "icon", "comment", "path", "method", "status", "size", "time")


def show_comments() -> None:
    """The columns that a user chose stay, and so do those of a second call."""
    if not _user_chose():
        ctx.options.update(**{OPTION: list(COLUMNS)})


def _user_chose() -> bool:
    """The default itself may have been chosen too, which only the command line tells."""
    return ctx.options.has_changed(OPTION) or any(OPTION in argument for argument in sys.argv)
