"""mitmproxy's content views of a routed flow: `CCR`, which is chosen by itself, and four that show a body as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mitmproxy import ctx, http
from mitmproxy.contentviews import Contentview, Metadata, SyntaxHighlight

from addon.inspect.answer import answer_text
from addon.inspect.request import request_text
from addon.inspect.texts import fold_base64
from addon.inspect.unfold import wanted
from addon.inspect.written import parsed, pretty
from addon.record import KEY, current
from addon.routing.shapes import as_dict, as_str

# mitmproxy's own JSON view has 1, and no view has more than 2.
_PRIORITY: Final = 3
NOT_ROUTED: Final = "This is not a request that ccr routed."
NO_BODY: Final = "There is none."


def is_routed(metadata: Metadata) -> bool:
    flow = metadata.flow
    return isinstance(flow, http.HTTPFlow) and isinstance(flow.metadata.get(KEY), dict)


class Overview(Contentview):
    """What happened, on the side that is looked at."""

    name = "CCR"
    syntax_highlight: SyntaxHighlight = "yaml"

    def render_priority(self, data: bytes, metadata: Metadata) -> float:  # noqa: ARG002 - mitmproxy's signature
        return _PRIORITY if is_routed(metadata) else -1

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        message, flow = metadata.http_message, metadata.flow
        if not is_routed(metadata) or not isinstance(flow, http.HTTPFlow):
            return NOT_ROUTED
        try:
            record = current(flow, ("client_request",)) or {}
            if isinstance(message, http.Response):
                return answer_text(record, data, message.status_code)
            return request_text(record, data, _unfold())
        except Exception as error:  # noqa: BLE001 - a damaged record must not take the body from sight
            return f"{_unreadable(error)}; its body:\n\n{body_text(data)}"


def _unfold() -> tuple[str, ...]:
    """By the option; nothing where the views are used without a mitmproxy that has it."""
    return wanted(getattr(getattr(ctx, "options", None), "ccr_unfold", ""))


class Body(Contentview):
    """One of the four bodies, whichever side is looked at."""

    syntax_highlight: SyntaxHighlight = "yaml"

    def __init__(self, name: str, body: Callable[[http.HTTPFlow], bytes | str | None]) -> None:
        self._name = name
        self._body = body

    @property
    def name(self) -> str:
        return self._name

    def render_priority(self, data: bytes, metadata: Metadata) -> float:  # noqa: ARG002 - mitmproxy's signature
        return -1

    def prettify(self, data: bytes, metadata: Metadata) -> str:  # noqa: ARG002 - mitmproxy's signature
        flow = metadata.flow
        if not is_routed(metadata) or not isinstance(flow, http.HTTPFlow):
            return NOT_ROUTED
        try:
            return body_text(self._body(flow) or b"")
        except ValueError as error:
            return f"{_unreadable(error)}."


def _unreadable(error: Exception) -> str:
    """Ours are sentences already."""
    return f"This flow's record cannot be read: {error if isinstance(error, ValueError) else type(error).__name__}"


def body_text(body: bytes | str) -> str:
    """JSON is indented, anything else stays as it came; base64 is folded."""
    if not body:
        return NO_BODY
    value = parsed(body)
    text = pretty(value) if isinstance(value, dict | list) else body if isinstance(body, str) else body.decode(errors="replace")
    return fold_base64(text)


def _client_request(flow: http.HTTPFlow) -> str:
    return _recorded(flow, "client_request")


def _provider_request(flow: http.HTTPFlow) -> bytes | None:
    return flow.request.get_content(strict=False)


def _provider_answer(flow: http.HTTPFlow) -> str:
    return _recorded(flow, "provider_answer")


def _client_answer(flow: http.HTTPFlow) -> bytes | None:
    return flow.response.get_content(strict=False) if flow.response else None


def _recorded(flow: http.HTTPFlow, name: str) -> str:
    return as_str(as_dict((current(flow, (name,)) or {}).get(name)).get("body"))


# mitmweb's addresses hold a view's name: letters, digits, `-`, `_` and what is percent-encoded, such as a space.
VIEWS: Final[tuple[Contentview, ...]] = (
    Overview(),
    Body("CCR client request", _client_request),
    Body("CCR provider request", _provider_request),
    Body("CCR provider answer", _provider_answer),
    Body("CCR client answer", _client_answer),
)
