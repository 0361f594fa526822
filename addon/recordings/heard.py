"""What a client was answered: of a flow that was recorded by this addon, or captured by mitmproxy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mitmproxy import http
from pydantic_core import from_json

from addon.config.settings import Provider
from addon.inspect import said
from addon.ledger import catalogue
from addon.ledger.prices import price
from addon.record import current
from addon.recordings.exchange import Answer, ToolCall
from addon.replay.kept import RECORDED, since
from addon.routing.shapes import as_dict, as_list, as_str
from translators.anthropic.dialect import ANTHROPIC
from translators.anthropic.passthrough import PassthroughExchange
from translators.contract import Reply, Request, Target, WireRequest
from translators.errors import Fault
from translators.outcome import Outcome
from translators.providers import known_for

# Anthropic's own answers are read as they came; other providers' are judged, which is of no use once the client has them.
UNJUDGED: Final = "https://api.anthropic.com"
_WIRE: Final = WireRequest("", {}, b"", streams=True)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it was recorded without a record of ours. `url` is where it came from, `cut` why it broke off."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: str = ""
    first_ms: float | None = None
    total_ms: float | None = None


def answer_of(flow: http.HTTPFlow, request: Request, tokens: int) -> Answer | None:
    """What the client was answered; None if nothing was. `request` is the client's, of about so many `tokens`."""
    if flow.response is None:
        return None
    if kept := current(flow, ()):
        return of_record(kept, flow.response.status_code, _content(flow.response) or b"")
    body = _content(flow.response)
    cut = "" if flow.error is None else flow.error.msg
    if body is None:
        cut = cut or "its content-encoding cannot be undone"
    headers = {name.lower(): value for name, value in flow.response.headers.items()}
    times = since(flow, "timestamp_start"), since(flow, "timestamp_end")
    return of_capture(Heard(flow.request.url, flow.response.status_code, headers, body or b"", cut, *times), request, tokens)


def recorded_answer(flow: http.HTTPFlow, request: Request, tokens: int) -> Answer | None:
    """What a replayed flow's client was answered before; None if the flow was not replayed, or nothing was recorded."""
    old = as_dict(flow.metadata.get(RECORDED))
    told = old.get("answer")
    if not isinstance(told, dict):
        return None
    if isinstance(old.get("record"), dict):
        return of_record(old["record"], told["status"], told["body"].encode())
    times = old["timings"]["first_byte_ms"], old["timings"]["total_ms"]
    return of_capture(Heard(old["url"], told["status"], told["headers"], told["body"].encode(), "", *times), request, tokens)


def of_record(kept: Mapping[str, Any], status: int, body: bytes) -> Answer:
    """By the addon's record of the flow; `body` is what the client got."""
    told, error = said.read(body), as_dict(kept.get("error"))
    usage, timings = as_dict(kept.get("usage")), as_dict(kept.get("timings"))
    whole = told.ended and not error
    return Answer(
        choice=f"{kept.get('provider') or 'none'},{kept.get('model') or 'none'}",
        text=_text(told, "text"),
        thinking=_text(told, "thinking"),
        tool_calls=tuple(
            _call(
                as_str(call.get("name")), as_str(call.get("arguments")), as_str(call.get("input")), repaired=call.get("repaired")
            )
            for call in map(as_dict, as_list(kept.get("tool_calls")))
            if call.get("input") or not kept.get("edited")  # else it was taken out by hand: nobody was given it
        ),
        stop_reason=as_str(kept.get("stop_reason")) if whole else "",
        input=usage.get("input") or 0,
        output=usage.get("output") or 0,
        cache_read=usage.get("cache_read") or 0,
        cache_write=usage.get("cache_write") or 0,
        usage_estimated=bool(usage.get("estimated")),
        cost=kept.get("cost"),
        first_ms=timings.get("first_byte_ms"),
        total_ms=timings.get("total_ms"),
        error=as_str(error.get("type")) or ("" if whole else "broken_off"),
        message=as_str(error.get("message")) or ("" if whole else "the answer was not recorded to its end"),
        status=status,
    )


def of_capture(heard: Heard, request: Request, tokens: int) -> Answer:
    """By what was captured alone: the provider is named by its host, and prices are the bundled ones."""
    known = known_for(heard.url)
    host = heard.url.partition("://")[2].partition("/")[0]
    name = known.name if known else host.partition(":")[0] or "unknown"
    outcome, told = _read(heard, request, name, tokens)
    model = outcome.model or request.model
    fault, usage = outcome.fault, outcome.usage
    catalogue.load()
    return Answer(
        choice=f"{name},{model}",
        text=_text(told, "text"),
        thinking=_text(told, "thinking"),
        tool_calls=tuple(_call(call.name, call.arguments or call.input, call.input) for call in outcome.calls),
        stop_reason="" if fault else outcome.stop_reason,
        input=usage.input or 0,
        output=usage.output or 0,
        cache_read=usage.cache_read or 0,
        cache_write=usage.cache_write or 0,
        usage_estimated=outcome.usage_estimated,
        cost=None if heard.status >= 400 else price(Provider(name, f"https://{host}"), model, usage),
        first_ms=heard.first_ms,
        total_ms=heard.total_ms,
        error=fault.type if fault else "",
        message=fault.message if fault else "",
        status=heard.status,
    )


def _read(heard: Heard, request: Request, provider: str, tokens: int) -> tuple[Outcome, said.Said]:
    target = Target(provider, request.model, UNJUDGED)
    if heard.status >= 400:
        fault = ANTHROPIC.fault(heard.status, heard.headers, heard.body, target)
        return Outcome(fault=fault), said.Said()
    streams = "text/event-stream" in heard.headers.get("content-type", "")
    exchange = PassthroughExchange(target, _WIRE, Reply("msg_0", request.model, streams, max(1, tokens)))
    exchange.feed(heard.body)
    exchange.close(heard.cut)
    if heard.cut and not exchange.outcome.fault and not exchange.outcome.finished and not exchange.outcome.empty:
        exchange.outcome.fault = Fault("server", "api_error", 502, f"the answer broke off: {heard.cut}")
    return exchange.outcome, said.read(heard.body)


def _text(told: said.Said, kind: str) -> str:
    return "".join(block.text for block in told.blocks if block.kind == kind)


def _call(name: str, arguments: str, given: str, *, repaired: Any = False) -> ToolCall:
    try:
        value = from_json(given or ("" if arguments else "{}"))
    except ValueError:
        value = None
    return ToolCall(name, arguments, value, bool(repaired))


def _content(response: http.Response) -> bytes | None:
    """None where the content's coding cannot be undone."""
    try:
        return response.get_content() or b""
    except ValueError:
        return None
