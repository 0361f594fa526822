"""One line of JSON per finished request, for programs that watch the router."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader
from pydantic_core import to_json

from addon import record

log = logging.getLogger(__name__)

_LEFT_OUT = ("client_request", "provider_answer")
"""The bodies: a watcher wants to know what happened, not to hold every prompt."""


class EventsFile:
    """Appends to the file that `ccr_events` names. A line is the flow's record without the bodies."""

    def load(self, loader: Loader) -> None:
        loader.add_option("ccr_events", str, "", "Append one line of JSON per finished request to this file. Empty: off.")

    def ccr_settled(self, flow: http.HTTPFlow) -> None:
        kept = flow.metadata.get(record.KEY)
        path = ctx.options.ccr_events
        if not path or kept is None or not flow.live:
            return
        try:
            with Path(path).expanduser().open("ab") as file:
                file.write(to_json(_shown(kept, flow)) + b"\n")
        except OSError as error:
            log.warning("ccr: cannot write ccr_events=%s: %s", path, error.strerror)


def _shown(kept: dict[str, Any], flow: http.HTTPFlow) -> dict[str, Any]:
    shown = {key: value for key, value in kept.items() if key not in _LEFT_OUT}
    return shown | {"status": flow.response.status_code if flow.response else None, "comment": flow.comment}
