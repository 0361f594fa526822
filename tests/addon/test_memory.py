from __future__ import annotations

import gc
from typing import Any

import pytest
from mitmproxy import exceptions, http
from mitmproxy.addons.view import View
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import taddons, tflow

from addon import marks
from addon.inspect.line import MARKERS
from addon.memory import MEGABYTE, Memory, size_of

OURS = ProxyMode.parse("Reverse:http://127.0.0.1:1@127.0.0.1:3456")


class Kept:
    def __init__(self, view: View, memory: Memory, context: taddons.context) -> None:
        self.view, self.memory, self.context = view, memory, context

    def keep(self, **options: int) -> None:
        self.context.configure(self.memory, **options)

    def flow(self, *, routed: bool = True, body: bytes = b"x", ours: bool = True, mark: str | None = None) -> http.HTTPFlow:
        """A finished one."""
        flow = tflow.tflow(resp=True)
        flow.request.content = body
        if ours:
            flow.client_conn.proxy_mode = OURS
        if routed:
            flow.metadata["ccr"] = {"kind": "main", "error": None}
            if mark is not None:
                flow.marked = mark
            marks.mark(flow, flow.metadata["ccr"])
        self.view.add([flow])
        flow.live = True
        self.memory.ccr_settled(flow)
        flow.live = False
        return flow

    @property
    def ids(self) -> list[str]:
        return [flow.id for flow in self.view]


@pytest.fixture
async def kept() -> Any:
    view, memory = View(), Memory()
    with taddons.context(view, memory) as context:
        yield Kept(view, memory, context)


async def test_the_oldest_routed_flows_go_when_there_are_too_many(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=2, ccr_keep_mb=0)
    flows = [kept.flow() for _ in range(4)]
    assert kept.ids == [flow.id for flow in flows[-2:]]


async def test_the_oldest_go_when_they_are_too_large(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=0, ccr_keep_mb=3)
    flows = [kept.flow(body=b"x" * MEGABYTE) for _ in range(5)]
    assert kept.ids == [flow.id for flow in flows[-2:]]


async def test_what_the_user_marked_stays_and_our_own_marker_is_no_such_mark(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=2, ccr_keep_mb=0)
    marked = kept.flow(mark=":grapes:")
    flows = [kept.flow() for _ in range(4)]
    assert kept.ids == [marked.id, flows[-1].id]


async def test_a_mark_of_the_user_stays_that_is_the_same_sign_as_ours(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=3, ccr_keep_mb=0)
    kept.memory.running()
    gc.unfreeze()  # this process is not only mitmproxy
    while_it_ran, afterwards = kept.flow(mark=MARKERS["main"]), kept.flow()
    assert while_it_ran.marked == afterwards.marked == MARKERS["main"]
    for sign in ("", MARKERS["main"]):
        afterwards.marked = sign
        kept.view.update([afterwards])
    flows = [kept.flow() for _ in range(4)]
    assert kept.ids == [while_it_ran.id, afterwards.id, flows[-1].id]


async def test_routed_flows_go_before_others_of_ours(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=2, ccr_keep_mb=0)
    count = kept.flow(routed=False)
    routed = [kept.flow() for _ in range(3)]
    assert kept.ids == [count.id, routed[-1].id]
    others = [kept.flow(routed=False) for _ in range(3)]
    assert kept.ids == [flow.id for flow in others[-2:]]


async def test_flows_that_are_not_ours_are_left_alone(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=1, ccr_keep_mb=0)
    foreign = [kept.flow(routed=False, ours=False) for _ in range(3)]
    routed = [kept.flow() for _ in range(3)]
    assert kept.ids == [*(flow.id for flow in foreign), routed[-1].id]


async def test_loaded_flows_are_left_alone(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=1, ccr_keep_mb=0)
    for _ in range(3):
        flow = tflow.tflow(resp=True)
        flow.metadata["ccr"] = {"kind": "main"}
        kept.view.add([flow])
        kept.memory.ccr_settled(flow)
    assert len(kept.ids) == 3


async def test_zero_keeps_all(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=0, ccr_keep_mb=0)
    for _ in range(5):
        kept.flow()
    assert len(kept.ids) == 5


async def test_what_the_user_removed_no_longer_counts(kept: Kept) -> None:
    kept.keep(ccr_keep_flows=3, ccr_keep_mb=0)
    for _ in range(3):
        kept.flow()
    kept.view.clear()
    flows = [kept.flow() for _ in range(3)]
    assert kept.ids == [flow.id for flow in flows]


@pytest.mark.parametrize("option", ["ccr_keep_flows", "ccr_keep_mb"])
async def test_a_negative_bound_is_refused(kept: Kept, option: str) -> None:
    with pytest.raises(exceptions.OptionsError, match=option):
        kept.keep(**{option: -1})


async def test_what_the_program_is_made_of_is_no_longer_searched_for_garbage(kept: Kept) -> None:
    before = len(gc.get_objects())
    kept.memory.running()
    try:
        assert len(gc.get_objects()) < before / 10
    finally:
        gc.unfreeze()


async def test_without_a_view_nothing_is_kept() -> None:
    with taddons.context(memory := Memory()):
        flow = tflow.tflow(resp=True)
        flow.client_conn.proxy_mode = OURS
        memory.ccr_settled(flow)
        assert memory._kept == {}


def test_the_size_is_that_of_the_bodies_and_of_the_record() -> None:
    flow = tflow.tflow(resp=True)
    flow.request.content, http_answer = b"x" * 1000, b"y" * 500
    assert flow.response
    flow.response.content = http_answer
    flow.metadata["ccr"] = {"client_request": {"body": "z" * 2000}, "attempts": [{"ms": 1}]}
    assert 3500 < size_of(flow) < 3700
