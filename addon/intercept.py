"""Stopping an answer before the client is given it: mitmproxy's `intercept`, which comes too late for a stream, and `ccr_hold`.

An answer that may be stopped is withheld until it is complete. Whether it is to be stopped is seen then, when the flow's record
tells of its tool calls, its cost and its end.
"""

from __future__ import annotations

import asyncio
import logging

from mitmproxy import ctx, exceptions, flowfilter, http
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.intercept import Intercept

from addon import record
from addon.attempts import Attempts
from addon.failover.plan import PLANS, STOPPED
from addon.held import note_edit

log = logging.getLogger(__name__)

TOOLS = "ccr_tools"
"""In `flow.metadata`: the names of the tools that were called, for `~meta "ccr_tools:.*Bash"`."""

NOBODY_RESUMES = (
    "ccr: ccr_hold is set where nobody can let an answer go: a client waits for those that match until it gives up; "
    "hint: use mitmweb or mitmproxy in the place of mitmdump"
)

WATCH_SECONDS = 0.1

# What is known of an answer before it is there; of any other filter that is not, it may match.
_NEVER = (flowfilter.FReq, flowfilter.FErr, flowfilter.FTCP, flowfilter.FUDP, flowfilter.FDNS, flowfilter.FWebSocket)
_KNOWN = (flowfilter.FSrc, flowfilter.FMethod, flowfilter.FHeadRequest, flowfilter.FContentTypeRequest, flowfilter.FBodRequest)


class Hold:
    """The `ccr_hold` option. Sees flows after the gateway."""

    def __init__(self) -> None:
        self._hold: flowfilter.TFilter | None = None
        self._intercept: flowfilter.TFilter | None = None
        self._watching: set[asyncio.Task[None]] = set()
        self._told: dict[str, bytes | None] = {}  # by flow id, an answer that may be changed before the client is given it

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "ccr_hold", str, "", "Stop answers that match this filter before the client is given them, until they are resumed."
        )

    def configure(self, updated: set[str]) -> None:
        if "ccr_hold" in updated:
            try:
                self._hold = flowfilter.parse(ctx.options.ccr_hold) if ctx.options.ccr_hold else None
            except ValueError as error:
                raise exceptions.OptionsError(f'ccr_hold: {error}; hint: `~meta "ccr_tools:.*Bash"`') from error
            if self._hold and ctx.master.addons.get("intercept") is None:
                log.warning(NOBODY_RESUMES)
        if "intercept" in updated:
            try:
                self._intercept = flowfilter.parse(ctx.options.intercept) if ctx.options.intercept else None
            except ValueError:
                self._intercept = None  # mitmproxy itself says what is wrong with it

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.id in STOPPED:
            self._watch(flow)
        if (plan := _plan(flow)) and not flow.is_replay:
            plan.withheld = any(may_match(wanted, flow) for wanted in self._filters())

    def ccr_route(self, flow: http.HTTPFlow) -> None:
        self.request(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        plan = _plan(flow)
        if not flow.live or plan is None or flow.response is None:
            return
        if calls := flow.metadata.get(record.KEY, {}).get("tool_calls"):
            flow.metadata[TOOLS] = ", ".join(call["name"] for call in calls)
        if flow.response.stream or flow.is_replay:
            return  # the client has it already, or there is none
        self._told[flow.id] = flow.response.raw_content
        if any(wanted(flow) for wanted in self._filters()):
            flow.intercept()
        if will_be_stopped(flow):
            self._watch(flow)

    def ccr_settled(self, flow: http.HTTPFlow) -> None:
        if flow.id not in self._told:
            return
        told = self._told.pop(flow.id)
        if flow.response is not None and flow.response.raw_content != told:
            if plan := _plan(flow):
                plan.unblanked = None  # what was edited is what is sent
            note_edit(flow.metadata[record.KEY], flow.response.get_content(strict=False) or b"")

    def _watch(self, flow: http.HTTPFlow) -> None:
        task = asyncio.get_running_loop().create_task(_let_go_if_killed(flow))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    def _filters(self) -> list[flowfilter.TFilter]:
        mitmproxys = self._intercept if getattr(ctx.options, "intercept_active", False) else None  # mitmdump has no such option
        return [wanted for wanted in (self._hold, mitmproxys) if wanted is not None]


def will_be_stopped(flow: http.HTTPFlow) -> bool:
    """Whether mitmproxy stops this flow where it is now: it sees flows after scripts do."""
    intercept = ctx.master.addons.get("intercept")
    return flow.intercepted or (isinstance(intercept, Intercept) and intercept.should_intercept(flow))


async def _let_go_if_killed(flow: http.HTTPFlow) -> None:
    """End the client's wait for a stopped flow that is killed.

    Expected: `Flow.kill` lets the flow go on, to its end. Actual, in mitmproxy 12.2: whoever waits for it waits for ever.
    """
    await asyncio.sleep(WATCH_SECONDS)
    while flow.intercepted:  # noqa: ASYNC110 - mitmproxy tells nobody of a kill
        await asyncio.sleep(WATCH_SECONDS)
    if flow.error is not None and flow._resume_event is not None:  # noqa: SLF001 - there is no other way
        flow._resume_event.set()  # noqa: SLF001


def may_match(wanted: flowfilter.TFilter, flow: http.HTTPFlow) -> bool:
    """Whether the filter can match the flow once it is answered."""
    return _known(wanted, flow) is not False


def _known(wanted: flowfilter.TFilter, flow: http.HTTPFlow) -> bool | None:
    """What the filter will say, None if that is open. One with `and`, `or`, `not` is known as far as its parts decide it."""
    if isinstance(wanted, flowfilter.FNot):
        inner = _known(wanted.itm, flow)
        return None if inner is None else not inner
    if isinstance(wanted, flowfilter.FAnd):
        parts = [_known(part, flow) for part in wanted.lst]
        return False if False in parts else None if None in parts else True
    if isinstance(wanted, flowfilter.FOr):
        parts = [_known(part, flow) for part in wanted.lst]
        return True if True in parts else None if None in parts else False
    if isinstance(wanted, _NEVER):
        return False
    return bool(wanted(flow)) if isinstance(wanted, _KNOWN) else None


def _plan(flow: http.HTTPFlow) -> Attempts | None:
    plan = PLANS.get(flow.id)
    return plan if isinstance(plan, Attempts) else None
