"""When an open flow's view has to be made anew: it tells more than the message does, and that may change while it is open.

mitmproxy 12 makes a view once for each message: mitmweb's page by a digest of the message's content, the console by a hash of
content and headers, whichever flow it belongs to. Expected: the view of a flow as it is. Actual: a request that is looked at
stays `under way` for ever, and of two flows with the same body the console shows one's decision for both. To be removed once a
content view can say what it depends on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from mitmproxy import contentviews, ctx, http
from mitmproxy.flow import Flow
from mitmproxy.hooks import UpdateHook

from addon.calls import is_to_us, shown_address
from addon.record import KEY

_MARK: Final = "ccr_redraws"


def state_of(flow: Flow) -> str:
    """Another whenever the view is: the comment tells of every attempt, and of the end."""
    told = f"{flow.id} {flow.comment} {ctx.options.ccr_unfold}"
    return hashlib.blake2b(told.encode(errors="replace"), digest_size=16).hexdigest()


def in_mitmweb() -> None:
    """The page is told a digest that depends on the view's state too, and of a request that goes nowhere yet, who was asked.

    A second call changes nothing.
    """
    from mitmproxy.tools.web import app  # noqa: PLC0415 - only mitmweb has a web server loaded

    told: Any = app.flow_to_json
    if getattr(told, _MARK, False):
        return

    def flow_to_json(flow: Flow) -> dict[str, Any]:
        shown: dict[str, Any] = told(flow)
        if KEY in flow.metadata:
            for message in filter(None, (shown.get("request"), shown.get("response"))):
                message["contentHash"] = f"{message.get('contentHash')} {state_of(flow)}"
        if isinstance(flow, http.HTTPFlow) and is_to_us(flow):
            host, port = shown_address(flow)
            shown["request"] |= {"host": host, "pretty_host": host, "port": port}
        return shown

    setattr(flow_to_json, _MARK, True)
    app.flow_to_json = flow_to_json


def in_console() -> None:
    """What the console keeps of a view is kept for this state of this flow. A second call changes nothing."""
    from mitmproxy.tools.console.flowview import FlowDetails  # noqa: PLC0415 - only the console has its widgets loaded

    kept: Any = FlowDetails._get_content_view  # noqa: SLF001 - there is no other place
    if getattr(kept, _MARK, False):
        return

    def get_content_view(details: Any, *shown: Any) -> Any:
        *how, message = shown
        flow: Flow = details.flow
        return kept(details, *how, hash((message, state_of(flow))) if KEY in flow.metadata else message)

    setattr(get_content_view, _MARK, True)
    get_content_view.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
    FlowDetails._get_content_view = get_content_view  # type: ignore[method-assign, assignment]  # noqa: SLF001


def now(flows: Iterable[Flow]) -> None:
    """What is open is shown as it is to be from now on."""
    if routed := [flow for flow in flows if KEY in flow.metadata]:
        ctx.master.addons.trigger(UpdateHook(routed))
        contentviews.registry.on_change.send(contentviews.registry["ccr"])
