"""mitmweb's page: its own style sheet and script, each served with ours at its end.

mitmweb 12 has no option for a column's width, shows each content view as plain text, and a command's answer as JSON. To be
removed once it has columns with widths, does what a view's `syntax_highlight` says, and its command bar knows the open flow.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from mitmproxy import ctx
from tornado.web import HTTPError, RequestHandler

_SETTING: Final = "ccr_page"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript"}
_OURS: Final = {".css": ("web_page.css",), ".js": ("web_page.js", "web_commands.js")}


class Extended(RequestHandler):
    """One of mitmweb's own files, and ours of that kind."""

    def get(self, name: str) -> None:
        path = Path(self.application.settings["static_path"]) / name
        if not path.is_file():
            raise HTTPError(404)
        ours = (files("addon.inspect").joinpath(file).read_bytes() for file in _OURS[path.suffix])
        self.set_header("Content-Type", f"{_TYPES[path.suffix]}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.write(b"".join((path.read_bytes(), *ours)))


def extend() -> None:
    """For a running mitmweb; the second time it changes nothing."""
    app: Any = getattr(ctx.master, "app", None)
    if app is not None and not app.settings.get(_SETTING):
        app.settings[_SETTING] = True
        app.add_handlers(r".*", [(r"/static/(index-[\w-]+\.(?:css|js))", Extended)])
