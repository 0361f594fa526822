"""mitmweb's page of the service, logged in."""

from __future__ import annotations

import http.client
import os
import sys
import webbrowser
from time import monotonic, sleep
from urllib.parse import urlsplit

from addon.service.start import Service


def page(service: Service, seconds: float = 5.0) -> str:
    """The page's address with its login, once it opens. Raises OSError with a sentence if it does not."""
    deadline = monotonic() + seconds
    while (status := _status(service.web_url)) != 200:
        if monotonic() > deadline:
            bare = service.web_url.partition("?")[0]
            raise OSError(f"mitmweb at {bare} {_said(status)}; hint: `ccr restart --web`")
        sleep(0.05)
    return service.web_url


def shown_in_browser(url: str) -> bool:
    """Whether a browser with a window took it; one in the terminal would take that from the shell."""
    return has_display() and webbrowser.open(url)


def has_display() -> bool:
    """Whether there is a screen to open a window on, or $BROWSER says what to do instead."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _status(url: str) -> int:
    """0 where nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _said(status: int) -> str:
    return f"refuses the login ({status})" if status else "does not answer"
