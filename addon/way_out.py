"""The way to the providers: whose certificates are trusted, and how proxies are passed."""

from __future__ import annotations

import logging
import os
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

from mitmproxy import ctx, http
from mitmproxy.addons.proxyserver import Proxyserver

from addon import trust
from addon.config import urls
from addon.config.proxies import DIRECT, Proxy
from addon.config.settings import Provider
from addon.current import Current

log = logging.getLogger(__name__)


class WayOut:
    """Obeys SSL_CERT_FILE and SSL_CERT_DIR where mitmproxy's own options say nothing, and logs in at proxies that ask for it."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def running(self) -> None:
        if any(getattr(ctx.options, name) for name in trust.OPTIONS):
            return
        found = trust.of_environment(os.environ)
        for variable, used in zip(trust.VARIABLES, found, strict=True):
            if os.environ.get(variable) and not used:
                log.warning("ccr: %s points to `%s`, which cannot be used: it is passed over", variable, os.environ[variable])
        ctx.options.update(**{name: value for name, value in zip(trust.OPTIONS, found, strict=True) if value})

    def http_connect_upstream(self, flow: http.HTTPFlow) -> None:
        """The tunnel's own request, which is in no list and no file of flows."""
        proxy = next((each for each in self._proxies() if each.login and _address(each) == flow.server_conn.address), DIRECT)
        if proxy and "proxy-authorization" not in flow.request.headers:
            flow.request.headers["proxy-authorization"] = f"Basic {b64encode(proxy.login.encode()).decode()}"

    def _proxies(self) -> Iterator[Proxy]:
        settings = self._current.settings
        yield from (provider.proxy for provider in settings.providers.values())


def proxy_of(provider: Provider) -> Proxy:
    """The proxy on the way to a provider; none if that is this very program.

    A shell whose Claude Code is sent through mitmproxy may have started mitmproxy, too: requests would go round for ever.
    """
    if not provider.proxy:
        return DIRECT
    host, port = _address(provider.proxy)
    if port in _own_ports() and urls.is_loopback(host):
        return DIRECT
    return provider.proxy


def _own_ports() -> Iterator[int]:
    """On which this program listens."""
    proxyserver = ctx.master.addons.get("proxyserver")
    if isinstance(proxyserver, Proxyserver):
        yield from (address[1] for address in proxyserver.listen_addrs())


def _address(proxy: Proxy) -> tuple[str, int]:
    parts = urlsplit(proxy.url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
