"""mitmproxy's `-C` with the `ccr_model` option: what is sent again, what is left out, and how it went."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from mitmproxy import ctx, exceptions, http
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.clientplayback import ClientPlayback

from addon import record
from addon.current import Current
from addon.recordings.captured import NoModelCall, captured
from addon.replay.forced import OPTION, model_named
from addon.startup import refuse

log = logging.getLogger(__name__)


class Playback:
    """The `ccr_model` option. Sees the settings after they were loaded, and flows after the gateway."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._started = False
        self._waiting: set[str] = set()
        self._skipped: Counter[str] = Counter()
        self._failed = self._replayed = 0

    def load(self, loader: Loader) -> None:
        about = "Send recorded requests (`-C`) to this model, as provider,model. Empty: where the routes send them."
        loader.add_option(OPTION, str, "", about)
        ctx.master.commands.add("replay.client.count", self.count)

    def configure(self, updated: set[str]) -> None:
        if not self._current.loaded or not updated & {OPTION, "client_replay", "ccr_config"}:
            return
        model = ctx.options.ccr_model
        try:
            choice = model_named(model, self._current.settings) if model else None
        except ValueError as error:
            if self._started:
                raise exceptions.OptionsError(f"{OPTION}: {error}") from error
            refuse(f"{OPTION}: {error}")
            self._queued(keep=False)
            return
        if choice is None:
            return
        self._select()
        if "client_replay" in updated and ctx.options.client_replay and not (self._waiting or self._skipped):
            files = ", ".join(f"`{file}`" for file in ctx.options.client_replay)
            self._tell(f"nothing to replay: {files} holds no flows; hint: flows are written as they end")

    def running(self) -> None:
        self._started = True

    def _tell(self, message: str) -> None:
        if self._started:
            log.warning("ccr: %s", message)
        else:
            refuse(message)

    def count(self) -> int:
        """How many flows are yet to be sent again, or to be answered. Replaces mitmproxy's command.

        Expected of mitmproxy's own: the same. Actual, in 12.2: with `client_replay_concurrency=-1` it does not count those
        that are on their way, and `mitmdump -n` ends before they are answered.
        """
        playback = _playback()
        return 0 if playback is None else playback.count() + len(playback.replay_tasks)

    def response(self, flow: http.HTTPFlow) -> None:
        self._ended(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        self._ended(flow)

    def _select(self) -> None:
        """Leave out of the queue what is no model call: it is neither sent nor saved."""
        for flow in self._queued(keep=True):
            self._waiting.add(flow.id)
        if self._skipped and not self._waiting:
            log.warning("ccr: %s", self._summary())

    def _queued(self, *, keep: bool) -> list[http.HTTPFlow]:
        """Take all out of the queue, and put back those to `keep`, which are returned."""
        playback, taken = _playback(), list[http.HTTPFlow]()
        while playback is not None:
            try:
                taken.append(playback.queue.get_nowait())
            except asyncio.QueueEmpty:
                break
            playback.queue.task_done()
        kept = [flow for flow in taken if keep and self._is_wanted(flow)]
        for flow in kept:
            assert playback is not None
            playback.queue.put_nowait(flow)
        return kept

    def _is_wanted(self, flow: http.HTTPFlow) -> bool:
        try:
            captured(flow)
        except NoModelCall as reason:
            self._skipped[str(reason)] += 1
            flow.revert()
            return False
        return True

    def _ended(self, flow: http.HTTPFlow) -> None:
        if flow.id not in self._waiting or not flow.live:
            return
        self._waiting.discard(flow.id)
        self._replayed += 1
        kept = flow.metadata.get(record.KEY)
        self._failed += kept is None or bool(kept.get("error"))
        if not self._waiting:
            log.log(logging.WARNING if self._failed else logging.INFO, "ccr: %s", self._summary())

    def _summary(self) -> str:
        skipped = ", ".join(f"{number:,} {reason}" for reason, number in self._skipped.most_common())
        told = f"{self._replayed:,} replayed against {ctx.options.ccr_model}, {self._failed:,} of them failed"
        return f"{told}; {self._skipped.total():,} skipped" + (f": {skipped}" if skipped else "")


def _playback() -> ClientPlayback | None:
    found = ctx.master.addons.get("clientplayback")
    return found if isinstance(found, ClientPlayback) else None
