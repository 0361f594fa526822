"""Ending a start that cannot succeed, with a sentence that stays on the screen. Readable by older Pythons."""

import atexit
import logging
import sys

from mitmproxy import ctx

log = logging.getLogger(__name__)


def refuse(message: str) -> None:
    """Say why there is no router. mitmproxy ends with status 1 after an error logged while it starts.

    The console, once it has its window, draws on the terminal's alternate screen, which is gone when it ends: it is said again.
    """
    log.error("ccr: %s", message)
    if getattr(getattr(ctx, "master", None), "window", None) is not None:
        atexit.register(print, f"ccr: {message}", file=sys.stderr)
