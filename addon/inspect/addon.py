"""What is added to mitmproxy so that a flow can be read: the content views, and its line in the lists."""

from __future__ import annotations

import logging
from importlib import import_module

from mitmproxy import contentviews, ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.view import View
from mitmproxy.version import VERSION

from addon.inspect import redraw
from addon.inspect.views import VIEWS

log = logging.getLogger(__name__)


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
            _extend("web_list.show_comments", "web_page.extend", "redraw.in_mitmweb")
        if "console_flowlist_layout" in ctx.options:
            _extend("console_list.show_comments", "redraw.in_console")


def _extend(*steps: str) -> None:
    """Change a program's own pages. One that has no such place shows them as they are, and the views are there all the same.

    Their modules are loaded here: only mitmweb has a web server loaded, only the console its widgets.
    """
    for step in steps:
        module, name = step.split(".")
        try:
            getattr(import_module(f"addon.inspect.{module}"), name)()
        except (ImportError, AttributeError) as error:
            log.warning(
                "ccr: flows are shown in mitmproxy %s's plain way here (%s: %s); hint: use mitmproxy 12.2", VERSION, step, error
            )
