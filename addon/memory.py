"""The bounds of what mitmweb and mitmproxy keep: so many flows, so many bytes, and no garbage beyond a little.

The oldest flows go first: the routed ones, then what else came to our own listener. Those that the user marked stay, and so do
the ones that are on their way, that were loaded from a file, or that have nothing to do with us.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import OrderedDict
from typing import Any

from mitmproxy import ctx, exceptions, http
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.view import View
from mitmproxy.flow import Flow

from addon import marks, record
from addon.calls import came_to_our_listener

MEGABYTE = 1 << 20

GARBAGE = 24 * MEGABYTE
"""Bytes of finished flows after which garbage is collected: mitmproxy's finished streams are cycles, which hold their flow."""


class Memory:
    """The `ccr_keep_flows` and `ccr_keep_mb` options."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, int] = OrderedDict()  # sizes by id, the oldest first
        self._bytes = 0
        self._garbage = 0
        self._collecting = False

    def load(self, loader: Loader) -> None:
        loader.add_option("ccr_keep_flows", int, 1000, "Keep so many flows in mitmweb and mitmproxy, the newest. 0: all.")
        loader.add_option("ccr_keep_mb", int, 256, "Keep so many megabytes of flows in mitmweb and mitmproxy. 0: all.")

    def configure(self, updated: set[str]) -> None:
        for name in ("ccr_keep_flows", "ccr_keep_mb"):
            if name in updated and getattr(ctx.options, name) < 0:
                raise exceptions.OptionsError(f"{name} is {getattr(ctx.options, name)}; hint: 0 keeps all")

    def running(self) -> None:
        gc.freeze()  # what the program itself is made of never becomes garbage: not to look at it makes a collection short
        view = ctx.master.addons.get("view")
        if isinstance(view, View):  # its signal, because mitmweb's page does not call the `update` hook
            view.sig_view_update.connect(self._updated)

    def _updated(self, flow: Flow) -> None:
        marks.look_at(flow)

    def ccr_settled(self, flow: http.HTTPFlow) -> None:
        if not flow.live or not _is_ours(flow):
            return
        record.share(flow)
        size = size_of(flow)
        self._soon_collect(size)
        view = ctx.master.addons.get("view")
        if isinstance(view, View):
            self._keep(flow, size)
            self._remove_oldest(view)

    def _keep(self, flow: http.HTTPFlow, size: int) -> None:
        self._bytes += size - self._kept.pop(flow.id, 0)
        self._kept[flow.id] = size

    def _forget(self, flow_id: str) -> None:
        self._bytes -= self._kept.pop(flow_id)

    def _remove_oldest(self, view: View) -> None:
        if not self._is_over():
            return
        kept = {flow_id: view.get_by_id(flow_id) for flow_id in self._kept}
        for gone in [flow_id for flow_id, flow in kept.items() if flow is None]:
            self._forget(gone)
        flows = [flow for flow in kept.values() if isinstance(flow, http.HTTPFlow) and _may_go(flow)]
        for flow in sorted(flows, key=lambda flow: record.KEY not in flow.metadata):
            if not self._is_over():
                return
            self._forget(flow.id)
            ctx.master.commands.call("view.flows.remove", [flow])

    def _is_over(self) -> bool:
        most_flows, most_bytes = ctx.options.ccr_keep_flows, ctx.options.ccr_keep_mb * MEGABYTE
        return bool((most_flows and len(self._kept) > most_flows) or (most_bytes and self._bytes > most_bytes))

    def _soon_collect(self, size: int) -> None:
        self._garbage += size
        if self._garbage < GARBAGE or self._collecting:
            return
        self._collecting = True
        asyncio.get_running_loop().call_later(0.05, self._collect)  # the client has its answer by then

    def _collect(self) -> None:
        self._collecting, self._garbage = False, 0
        gc.collect()


def size_of(flow: http.HTTPFlow) -> int:
    """Bytes of memory that the flow's texts take: the bodies, and what the record holds."""
    bodies = (message.raw_content for message in (flow.request, flow.response) if message is not None)
    return sum(len(body or b"") for body in bodies) + _size(flow.metadata)


def _size(value: Any) -> int:
    match value:
        case str() | bytes():
            return sys.getsizeof(value)
        case dict():
            return sum(_size(item) for item in value.values())
        case list() | tuple():
            return sum(_size(item) for item in value)
        case _:
            return 0


def _is_ours(flow: http.HTTPFlow) -> bool:
    return record.KEY in flow.metadata or came_to_our_listener(flow)


def _may_go(flow: http.HTTPFlow) -> bool:
    return not marks.is_the_users(flow) and not flow.intercepted and not flow.live
