"""Live calls to providers: the client, and what can go wrong on the way."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import httpx2

from addon.config import urls
from addon.config.settings import Provider

type TroubleKind = Literal[
    "refused", "dns", "timeout", "tls", "proxy", "network", "denied", "billing", "missing", "nonsense", "status"
]

CONNECT_SECONDS = 10.0
LIST_SECONDS = 30.0
TRUST = (
    "if a proxy of your company stands between, give its CA certificate to this program as SSL_CERT_FILE and to the router as "
    "mitmproxy's option `ssl_verify_upstream_trusted_ca`; else check the URL and the clock"
)


class Trouble(Exception):
    """A live call failed. The message says what; `hint` what to do; neither holds a key.

    `status` is the provider's, 0 for none.
    """

    def __init__(self, kind: TroubleKind, what: str, hint: str = "", status: int = 0) -> None:
        super().__init__(what)
        self.kind = kind
        self.hint = hint
        self.status = status

    @property
    def text(self) -> str:
        return f"{self}\nhint: {self.hint}" if self.hint else str(self)


def open_client(provider: Provider, seconds: float = LIST_SECONDS) -> httpx2.Client:
    """A client for one provider. `seconds` limit each wait for bytes. Proxies as in the config, else as in the environment."""
    local = urls.is_loopback(urlsplit(provider.base_url).hostname or "")
    timeout = httpx2.Timeout(seconds, connect=CONNECT_SECONDS)
    try:
        return httpx2.Client(timeout=timeout, proxy=provider.proxy or None, trust_env=not local)
    except (ValueError, ImportError, httpx2.InvalidURL) as error:  # a proxy of the environment that cannot be used
        hint = "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or give `proxy_url` in the config"
        raise Trouble("proxy", f"the proxy cannot be used: {error}", hint) from None


def explained(error: Exception, url: str, provider: Provider) -> Trouble:
    """What an exception of the client means."""
    parts = urlsplit(url)
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    causes = list(_causes(error))
    if isinstance(error, httpx2.ProxyError):
        return Trouble("proxy", f"the proxy on the way to {where} refused: {error}", _proxy_hint(provider))
    if isinstance(error, httpx2.TimeoutException):
        return Trouble("timeout", f"{where} did not answer in time", f"is the address right?{_proxy_words(provider)}")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Trouble("tls", f"no trusted TLS connection to {where}: {_tls_words(causes)}", _tls_hint(causes))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Trouble("dns", f"the host of {where} has no address", f"check the URL and your network{_proxy_words(provider)}")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Trouble("refused", f"nothing listens at {where}", _refused_hint(parts.hostname or "", provider))
    return Trouble("network", f"the connection to {where} broke: {str(error) or type(error).__name__}", "try again")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, ExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


def _tls_words(causes: list[BaseException]) -> str:
    found = next(cause for cause in causes if isinstance(cause, ssl.SSLError))
    return getattr(found, "verify_message", "") or found.reason or str(found)


def _tls_hint(causes: list[BaseException]) -> str:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return TRUST
    return "is it `http://`, not `https://`?"


def _refused_hint(host: str, provider: Provider) -> str:
    if _proxy_of(provider):
        return _proxy_hint(provider)
    if urls.is_local(host):
        return "is the server running, and on that port?"
    return "check the host and the port of `base_url`"


def _proxy_of(provider: Provider) -> str:
    if provider.proxy:
        return "`proxy_url` of the config"
    if urls.is_loopback(urlsplit(provider.base_url).hostname or ""):
        return ""
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    return next((f"${name}" for name in names if os.environ.get(name)), "")


def _proxy_hint(provider: Provider) -> str:
    return f"is {_proxy_of(provider) or 'the proxy'} right?"


def _proxy_words(provider: Provider) -> str:
    proxy = _proxy_of(provider)
    return f"; the way leads through {proxy}" if proxy else ""
