"""What is added to mitmproxy so that a flow can be read: the content views, and its line in the lists."""

from __future__ import annotations

from mitmproxy import contentviews, ctx
from mitmproxy.addonmanager import Loader

from addon.inspect.views import VIEWS


class Inspect:
    def load(self, loader: Loader) -> None:  # noqa: ARG002 - mitmproxy's signature
        for view in VIEWS:
            if view.name.lower() not in contentviews.registry:
                contentviews.add(view)

    def running(self) -> None:
        if "web_columns" in ctx.options:
            from addon.inspect import web_list, web_page  # noqa: PLC0415 - only mitmweb has a web server loaded

            web_list.show_comments()
            web_page.extend()
        if "console_flowlist_layout" in ctx.options:
            from addon.inspect import console_list  # noqa: PLC0415 - only the console has its widgets loaded

            console_list.show_comments()
