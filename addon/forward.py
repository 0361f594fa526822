"""Calls that are passed on as they came, and recorded requests that are sent again."""

from __future__ import annotations

from urllib.parse import urlsplit

from mitmproxy import http

from addon import record
from addon.calls import BLACK_HOLE
from addon.config.settings import Provider, Settings
from addon.failover.plan import COOKIES
from translators.contract import Request


def official_provider(settings: Settings) -> Provider | None:
    """The provider that is given the client's own credentials, if it is the one that unnamed requests go to."""
    choice = settings.router.default
    provider = settings.providers.get(choice.provider) if choice else None
    return provider if provider is not None and provider.auth == "client" else None


def untouched(flow: http.HTTPFlow, provider: Provider) -> None:
    """Send the call to the provider byte for byte. The client's credentials, held back, are put on at send time."""
    base = urlsplit(provider.base_url)
    request = flow.request
    request.scheme = base.scheme
    request.host = base.hostname or ""
    request.port = base.port or (443 if base.scheme == "https" else 80)
    request.host_header = base.netloc.rpartition("@")[2]
    request.path = base.path.rstrip("/").removesuffix("/v1") + request.path


def keep_out(flow: http.HTTPFlow) -> None:
    """Of an answer that passes untouched, keep the cookies out of the flow, and the bodies of a login.

    A stream of events is passed on as it comes; mitmproxy would wait for its end, and it may have none.
    """
    assert flow.response is not None
    headers = flow.response.headers
    if cookies := tuple(field for field in headers.fields if field[0].lower() == b"set-cookie"):
        COOKIES[flow.id] = cookies
        del headers["set-cookie"]
    if is_login(flow) or headers.get("content-type", "").startswith("text/event-stream"):
        flow.response.stream = True


def is_login(flow: http.HTTPFlow) -> bool:
    """Whether tokens are in the bodies, which then are streamed: those are not kept."""
    return "/oauth/" in flow.request.path


def forget_bodies(flow: http.HTTPFlow) -> None:
    """The option `store_streamed_bodies` keeps even what was streamed."""
    flow.request.raw_content = None
    if flow.response is not None and flow.response.stream:
        flow.response.raw_content = None


def restore(flow: http.HTTPFlow) -> None:
    """Make a recorded flow's request the client's again, to be routed anew."""
    recorded = record.current(flow, ("client_request",))
    assert recorded is not None
    kept = recorded["client_request"]
    del flow.metadata[record.KEY]
    request = Request(kept["body"].encode(), {}, kept["headers"])
    as_client_sent(flow, kept["path"], request)


def as_client_sent(flow: http.HTTPFlow, path: str, asked: Request) -> None:
    """Make `flow.request` what the client sent to our listener: `path` with its query, and `asked` as it came."""
    request = flow.request
    request.scheme, (request.host, request.port) = "http", BLACK_HOLE
    request.method, request.path = "POST", path
    request.headers = http.Headers([(name.encode(), value.encode()) for name, value in asked.headers.items()])
    request.content = asked.raw
