"""mitmproxy's content views of a routed flow: `CCR`, which is chosen by itself, and four that show a body as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mitmproxy import http
from mitmproxy.contentviews import Contentview, Metadata, SyntaxHighlight

from addon.inspect.answer import answer_text
from addon.inspect.request import request_text
from addon.inspect.texts import fold_base64
from addon.inspect.written import parsed, pretty
from addon.record import KEY
from addon.routing.shapes import as_dict, as_str

# mitmproxy's own JSON view has 1, and no view has more than 2.
_PRIORITY: Final = 3
NOT_ROUTED: Final = "This is not a request that ccr routed."
NO_BODY: Final = "There is none."


def record_of(metadata: Metadata) -> dict[str, Any] | None:
    flow = metadata.flow
    kept = flow.metadata.get(KEY) if isinstance(flow, http.HTTPFlow) else None
    return kept if isinstance(kept, dict) else None


class Overview(Contentview):
    """What happened, on the side that is looked at."""

    name = "CCR"
    syntax_highlight: SyntaxHighlight = "yaml"

    def render_priority(self, data: bytes, metadata: Metadata) -> float:  # noqa: ARG002 - mitmproxy's signature
        return -1 if record_of(metadata) is None else _PRIORITY

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        record = record_of(metadata)
        if record is None:
            return NOT_ROUTED
        message = metadata.http_message
        try:
            if isinstance(message, http.Response):
                return answer_text(record, data, message.status_code)
            return request_text(record, data)
        except Exception as error:  # noqa: BLE001 - a damaged record must not take the body from sight
            return f"This flow's record cannot be read ({type(error).__name__}); its body:\n\n{body_text(data)}"


class Body(Contentview):
    """One of the four bodies, whichever side is looked at."""

    syntax_highlight: SyntaxHighlight = "yaml"

    def __init__(self, name: str, body: Callable[[dict[str, Any], http.HTTPFlow], bytes | str | None]) -> None:
        self._name = name
        self._body = body

    @property
    def name(self) -> str:
        return self._name

    def render_priority(self, data: bytes, metadata: Metadata) -> float:  # noqa: ARG002 - mitmproxy's signature
        return -1

    def prettify(self, data: bytes, metadata: Metadata) -> str:  # noqa: ARG002 - mitmproxy's signature
        record, flow = record_of(metadata), metadata.flow
        if record is None or not isinstance(flow, http.HTTPFlow):
            return NOT_ROUTED
        return body_text(self._body(record, flow) or b"")


def body_text(body: bytes | str) -> str:
    """JSON is indented, anything else stays as it came; base64 is folded."""
    if not body:
        return NO_BODY
    value = parsed(body)
    text = pretty(value) if isinstance(value, dict | list) else body if isinstance(body, str) else body.decode(errors="replace")
    return fold_base64(text)


def _client_request(record: dict[str, Any], _flow: http.HTTPFlow) -> str:
    return as_str(as_dict(record.get("client_request")).get("body"))


def _provider_request(_record: dict[str, Any], flow: http.HTTPFlow) -> bytes | None:
    return flow.request.get_content(strict=False)


def _provider_answer(record: dict[str, Any], _flow: http.HTTPFlow) -> str:
    return as_str(as_dict(record.get("provider_answer")).get("body"))


def _client_answer(_record: dict[str, Any], flow: http.HTTPFlow) -> bytes | None:
    return flow.response.get_content(strict=False) if flow.response else None


# mitmweb's addresses hold a view's name: letters, digits, `-`, `_` and what is percent-encoded, such as a space.
VIEWS: Final[tuple[Contentview, ...]] = (
    Overview(),
    Body("CCR client request", _client_request),
    Body("CCR provider request", _provider_request),
    Body("CCR provider answer", _provider_answer),
    Body("CCR client answer", _client_answer),
)
