"""mitmproxy's `-S` for a client that never sends the same request twice: recorded answers, by place in the conversation.

mitmproxy finds a recorded answer by the whole request. Claude Code's differ from session to session in ids, dates and paths, so
a request that has no exact match is given the answer of the recorded one that is most like it: of the same kind, at the same
place of its conversation. The recording is left to mitmproxy, which takes an answer out of it, or not (`server_replay_reuse`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from mitmproxy import ctx, http
from mitmproxy.addons.serverplayback import ServerPlayback

from addon import record
from addon.answers import error_response
from addon.held import tool_inputs
from addon.inspect.written import parsed
from addon.recordings.captured import NoModelCall
from addon.recordings.exchange import Answer, Exchange
from addon.recordings.place import Place
from addon.recordings.recording import exchange_of
from addon.replay.form import give_as
from addon.routing.shapes import as_dict
from translators.errors import BadAnswer, ErrorType, Fault

log = logging.getLogger(__name__)

REASON: Final = "answered from a recording"
_TYPES: Final[Mapping[int, ErrorType]] = {400: "invalid_request_error", 404: "not_found_error"}
_FROM_THE_ANSWER: Final = (
    "provider_answer", "usage", "stop_reason", "upstream_reason", "tool_calls", "edited", "error",
)  # fmt: skip


class Offline:
    """Stands before mitmproxy's server playback, once for each mitmproxy."""

    def __init__(self) -> None:
        self._known: dict[str, Exchange | None] = {}
        self._given: dict[str, http.HTTPFlow] = {}
        self._refused: dict[str, Fault] = {}

    def install(self) -> None:
        playback = ctx.master.addons.get("serverplayback")
        if isinstance(playback, ServerPlayback):
            # mitmproxy asks an addon for its hooks by name each time.
            playback.request = partial(self._request, playback, type(playback).request)  # type: ignore[method-assign]

    def _request(self, playback: ServerPlayback, theirs: Any, flow: http.HTTPFlow) -> None:
        """Expected of mitmproxy's: a flow that is answered is left alone. Actual, in 12.2: it is killed, or answered anew."""
        if not playback.flowmap or flow.response is not None or flow.error is not None or not flow.live:
            return
        asked = _asked(flow)
        recorded = self._exact(playback, flow) or self._alike(playback, flow, asked)
        if recorded is not None:
            self._given[flow.id] = recorded
        theirs(playback, flow)
        if recorded is None and flow.is_replay == "response" and record.KEY in flow.metadata:
            self._refuse(flow)
        elif recorded is not None and asked is not None:
            give_as(flow, flow.metadata[record.KEY]["asked_model"], streams=asked.streams)
        # Expected when all answers were given: the rest is refused, as `server_replay_extra` says. Actual: it is forwarded.
        playback.flowmap = playback.flowmap or {"": []}

    def _refuse(self, flow: http.HTTPFlow) -> None:
        """In words, where mitmproxy gives a status alone."""
        kept, status = flow.metadata[record.KEY], flow.response.status_code if flow.response else 0
        hint = "" if _reused() else "; hint: each is given once, unless `--set server_replay_reuse=true` is given"
        message = f"the recording has no answer left for this request ({kept['kind']}, turn {kept['turn'] or 'unknown'}){hint}"
        fault = Fault("request", _TYPES.get(status, "api_error"), status, message)
        self._refused[flow.id] = fault
        if status >= 400:
            flow.response = error_response(fault, flow)

    def told(self, flow: http.HTTPFlow, kept: dict[str, Any]) -> None:
        """The flow is over: its record tells of the recorded answer, which cost nothing now."""
        recorded, refused = self._given.pop(flow.id, None), self._refused.pop(flow.id, None)
        if refused is not None:
            kept |= {"attempts": [], "error": {"type": refused.type, "status": refused.status, "message": refused.message}}
        if recorded is None or flow.is_replay != "response":
            return
        kept |= {"reason": f"{kept['reason']}; {REASON}", "attempts": [], "cost": 0.0}
        try:
            old = record.current(recorded)
        except ValueError:
            old = None  # the answer itself is there all the same
        if old is not None:
            kept |= {name: old[name] for name in _FROM_THE_ANSWER}
        elif exchange := self._exchange(recorded):
            kept |= _told_of(exchange.recorded, kept["usage"], flow)

    def _exact(self, playback: ServerPlayback, flow: http.HTTPFlow) -> http.HTTPFlow | None:
        same = playback.flowmap.get(playback._hash(flow), [])  # noqa: SLF001 - what it will ask itself
        return next((each for each in same if each.response), None)

    def _alike(self, playback: ServerPlayback, flow: http.HTTPFlow, wanted: Place | None) -> http.HTTPFlow | None:
        """Put the recorded flow that is most like this one where mitmproxy will look for this one."""
        if wanted is None:
            return None
        found = [(each, place) for each in _flows(playback) if (place := self._place(each)) and place.fits(wanted)]
        if not found:
            return None
        reused = _reused()
        best = max(found, key=lambda one: (not reused or _went_well(one[0]), *one[1].likeness(wanted)))[0]
        if not reused:
            _take_out(playback, best)
        playback.flowmap.setdefault(playback._hash(flow), []).insert(0, best)  # noqa: SLF001 - as above
        log.info("ccr: %s, the request of %s that is most like it", REASON, best.id[:8])
        return best

    def _exchange(self, recorded: http.HTTPFlow) -> Exchange | None:
        if recorded.id not in self._known:
            try:
                self._known[recorded.id] = exchange_of(recorded)
            except NoModelCall:
                self._known[recorded.id] = None
        return self._known[recorded.id]

    def _place(self, recorded: http.HTTPFlow) -> Place | None:
        exchange = self._exchange(recorded)
        return None if exchange is None else Place(exchange.kind, exchange.request)


def _told_of(answer: Answer, usage: Mapping[str, Any], flow: http.HTTPFlow) -> dict[str, Any]:
    """What the record tells of an answer that was captured without one. `flow` has it as its response."""
    body = flow.response.get_content(strict=False) if flow.response else None
    try:
        given = tool_inputs(body or b"")
    except BadAnswer:
        given = {}
    counted = {name: getattr(answer, name) for name in ("input", "output", "cache_read", "cache_write")}
    calls = [
        {"id": id_, "name": name, "arguments": value, "input": value, "repaired": False} for id_, (name, value) in given.items()
    ]
    return {
        "stop_reason": answer.stop_reason,
        "usage": {**usage, **counted, "estimated": answer.usage_estimated},
        "tool_calls": calls,
        "error": {"type": answer.error, "status": answer.status, "message": answer.message} if answer.error else None,
    }


def _asked(flow: http.HTTPFlow) -> Place | None:
    """None for what was not routed."""
    asked = record.current(flow, ("client_request",)) if record.KEY in flow.metadata else None
    return None if asked is None else Place(asked["kind"], as_dict(parsed(asked["client_request"]["body"])))


def _flows(playback: ServerPlayback) -> Iterator[http.HTTPFlow]:
    for same in playback.flowmap.values():
        yield from (each for each in same if each.response)


def _reused() -> bool:
    return bool(ctx.options.server_replay_reuse or ctx.options.server_replay_nopop)


def _went_well(flow: http.HTTPFlow) -> bool:
    """An error that is answered again and again would be asked again and again."""
    return flow.response is not None and flow.response.status_code < 400


def _take_out(playback: ServerPlayback, flow: http.HTTPFlow) -> None:
    for key, same in list(playback.flowmap.items()):
        same[:] = [each for each in same if each is not flow]
        if not same:
            del playback.flowmap[key]
