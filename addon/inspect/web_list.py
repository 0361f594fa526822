"""mitmweb's flow list: the comment's column, shown unless the user chose the columns, and wide enough to be read.

mitmweb 12 gives that column 150 pixels, which are the first words of a line. There is no option for its width, so the page's
style sheet is served with rules of ours at its end. To be removed once mitmweb's columns have widths.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from mitmproxy import ctx
from tornado.web import HTTPError, RequestHandler

OPTION: Final = "web_columns"
COLUMNS: Final = ("tls", "icon", "comment", "path", "method", "status", "size", "time")

# Of two columns without a width each gets half of what is left: the path is the one that can do with less.
_STYLE: Final = b"""
.flow-table .col-comment { width: auto; }
.flow-table td.col-comment { text-align: left; }
.flow-table:has(th.col-comment) th.col-path { width: 22%; }
"""
_SETTING: Final = "ccr_style"


class StyleSheet(RequestHandler):
    """mitmweb's own style sheet and ours."""

    def get(self, name: str) -> None:
        path = Path(self.application.settings["static_path"]) / name
        if not path.is_file():
            raise HTTPError(404)
        self.set_header("Content-Type", "text/css")
        self.set_header("Cache-Control", "no-cache")
        self.write(path.read_bytes() + _STYLE)


def show_comments() -> None:
    """For a running mitmweb. The columns that a user chose stay, and so do those of a second call."""
    if not _user_chose():
        ctx.options.update(**{OPTION: list(COLUMNS)})
    app: Any = getattr(ctx.master, "app", None)
    if app is not None and not app.settings.get(_SETTING):
        app.settings[_SETTING] = True
        app.add_handlers(r".*", [(r"/static/(index-[\w-]+\.css)", StyleSheet)])


def _user_chose() -> bool:
    """The default itself may have been chosen too, which only the command line tells."""
    return ctx.options.has_changed(OPTION) or any(OPTION in argument for argument in sys.argv)
