"""Ending a start that cannot succeed, with a sentence that stays on the screen. Readable by older Pythons."""

import atexit
import logging
import sys

from mitmproxy import ctx

log = logging.getLogger(__name__)


def refuse(message: str) -> None:
    """Say why there is no router. mitmproxy ends with status 1 after an error logged while it starts.

    The console shows its log on the terminal's alternate screen, which is gone when it ends: there it is said again.
    """
    log.error("ccr: %s", message)
    master = getattr(ctx, "master", None)
    if master is not None and master.addons.get("consoleaddon"):
        atexit.register(print, f"ccr: {message}", file=sys.stderr)
