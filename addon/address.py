"""Turning a client's flow into one for a provider."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from mitmproxy import connection, http

from addon.headers import sounds_secret
from translators.contract import Target, WireRequest


def address(flow: http.HTTPFlow, wire: WireRequest, target: Target, proxy: str = "") -> None:
    """Rewrite `flow.request` in place: where it goes, its headers (none of the client's stays) and its body.

    `proxy` is the URL of a proxy on the way to the provider, "" for none. No credential is put in: that happens at send time.
    """
    url = urlsplit(wire.url)
    host, port = url.hostname or "", _port(url)
    request = flow.request
    request.method, request.scheme = "POST", url.scheme
    request.headers = http.Headers()
    request.trailers = None
    request.host, request.port = host, port
    request.path = url.path + (f"?{url.query}" if url.query else "")
    request.host_header = url.netloc.rpartition("@")[2]
    for name, value in {**wire.headers, **target.headers}.items():
        if not sounds_secret(name):
            request.headers[name] = value
    request.content = wire.body
    flow.server_conn = connection.Server(address=(host, port))
    if proxy:
        via = urlsplit(proxy)
        flow.server_conn.via = ("https" if via.scheme == "https" else "http", (via.hostname or "", _port(via)))


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
