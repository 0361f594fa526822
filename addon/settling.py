"""The moment at which a flow is what the client is given: after all hooks, and after a person who stopped it let it go on.

mitmproxy waits for such a person only when all addons have seen the answer. What one of them keeps of it, as `-w` does, is then
what it was before it was edited. `Settling` waits earlier, as the last but one of all addons, and says when it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mitmproxy import ctx, http
from mitmproxy.addonmanager import safecall, traverse
from mitmproxy.addons.save import Save
from mitmproxy.hooks import Hook, UpdateHook


@dataclass
class CcrSettledHook(Hook):
    """A flow has its end, and nobody changes it any more before the client has it."""

    flow: http.HTTPFlow
    name = "ccr_settled"


class Settling:
    """Sees a flow's end after all addons but mitmproxy's own `Save`. `listeners` are told: to ask all addons takes longer."""

    def __init__(self, listeners: Sequence[object]) -> None:
        self._listeners = listeners

    async def response(self, flow: http.HTTPFlow) -> None:
        if flow.intercepted:
            await ctx.master.addons.trigger_event(UpdateHook([flow]))
            await flow.wait_for_resume()
        await self._tell(CcrSettledHook(flow))

    async def error(self, flow: http.HTTPFlow) -> None:
        await self._tell(CcrSettledHook(flow))

    async def _tell(self, settled: CcrSettledHook) -> None:
        for addon in self._listeners:
            with safecall():
                await ctx.master.addons.invoke_addon(addon, settled)


def settle() -> None:
    """Put `Settling` last, and `Save` after it. For a running mitmproxy; the second time it changes nothing."""
    chain = ctx.master.addons.chain
    if any(isinstance(addon, Settling) for addon in chain):
        return
    saves = [addon for addon in chain if isinstance(addon, Save)]
    listeners = [addon for addon in traverse(chain) if hasattr(addon, CcrSettledHook.name)]
    chain[:] = [*(addon for addon in chain if addon not in saves), Settling(listeners), *saves]
