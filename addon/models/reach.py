"""Live calls to providers: the client, and what can go wrong on the way."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import httpx2

from addon.config import urls
from addon.config.proxies import Proxy
from addon.config.settings import Provider
from addon.trust import OPTIONS, Trust, standing

type TroubleKind = Literal[
    "refused", "dns", "timeout", "tls", "proxy", "network", "denied", "billing", "missing", "nonsense", "status"
]

CONNECT_SECONDS = 10.0
LIST_SECONDS = 30.0
TRUST = "if a proxy of your company stands between, let SSL_CERT_FILE name its bundle of certificates; else check URL and clock"


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


def open_client(provider: Provider, seconds: float = LIST_SECONDS, trusted: Trust | None = None) -> httpx2.Client:
    """A client that goes the router's way to a provider: the same proxy, the same certificates are `trusted`.

    `seconds` limit each wait for bytes. Raises Trouble.
    """
    try:
        verify = (trusted or standing()).context()
    except OSError as error:
        what = f"mitmproxy's trusted certificates cannot be read: {error}"
        raise Trouble("tls", what, f"correct `{OPTIONS[0]}` in mitmproxy's config.yaml") from None
    proxy = httpx2.Proxy(provider.proxy.url, auth=_login(provider.proxy)) if provider.proxy else None
    return httpx2.Client(
        timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)), verify=verify, proxy=proxy, trust_env=False
    )


def _login(proxy: Proxy) -> tuple[str, str] | None:
    user, _, password = proxy.login.partition(":")
    return (user, password) if proxy.login else None


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
        hint = _tls_hint(causes) + _proxy_words(provider)
        return Trouble("tls", f"no trusted TLS connection to {where}: {_tls_words(causes)}", hint)
    if provider.proxy and any(isinstance(cause, socket.gaierror | ConnectionRefusedError) for cause in causes):
        return Trouble("proxy", f"the proxy on the way to {where} cannot be reached: {error}", _proxy_hint(provider))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Trouble("dns", f"the host of {where} has no address", "check the URL and your network")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Trouble("refused", f"nothing listens at {where}", _refused_hint(parts.hostname or ""))
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


def _refused_hint(host: str) -> str:
    if urls.is_local(host):
        return "is the server running, and on that port?"
    return "check the host and the port of `base_url`"


def _proxy_hint(provider: Provider) -> str:
    return f"is {provider.proxy.source} right ({provider.proxy.url})?"


def _proxy_words(provider: Provider) -> str:
    return f"; the way leads through {provider.proxy.source} ({provider.proxy.url})" if provider.proxy else ""
