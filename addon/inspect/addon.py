"""What is added to mitmproxy so that a flow can be read: the content views, and its line in the lists."""

from __future__ import annotations

from mitmproxy import contentviews, ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.view import View

from addon.inspect import redraw
from addon.inspect.views import VIEWS


class Inspect:
    """The `ccr_unfold` option, the views and the lists."""

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "ccr_unfold", str, "", "Unfold these in the view `CCR`: `system`, `tools`, or names of tools (`Bash,mcp__*`)."
        )
        for view in VIEWS:
            if view.name.lower() not in contentviews.registry:
                contentviews.add(view)

    def configure(self, updated: set[str]) -> None:
        if "ccr_unfold" in updated and isinstance(view := ctx.master.addons.get("view"), View):
            redraw.now(view)

    def running(self) -> None:
        if "web_columns" in ctx.options:
            from addon.inspect import web_list, web_page  # noqa: PLC0415 - only mitmweb has a web server loaded

            web_list.show_comments()
            web_page.extend()
            redraw.in_mitmweb()
        if "console_flowlist_layout" in ctx.options:
            from addon.inspect import console_list  # noqa: PLC0415 - only the console has its widgets loaded

            console_list.show_comments()
            redraw.in_console()
