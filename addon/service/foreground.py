"""The service in this process: for containers, systemd, and whoever wants to watch it."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Final

from addon.service import child, init, place
from addon.service.lock import only_start
from addon.service.plan import Plan
from addon.service.probe import Found, look
from addon.service.start import StartFailed, port_is_free

LOCK_SECONDS: Final = 30.0


def run_here(plan: Plan) -> None:
    """Until SIGTERM, Ctrl-C, or the end of the terminal. Raises StartFailed; SystemExit with mitmproxy's status."""

    def running() -> bool:
        return look(plan.host, plan.port).found is Found.OURS

    try:
        with only_start(plan.port, LOCK_SECONDS, running) as mine:
            if running() or not mine:
                raise StartFailed(f"one is already running on port {plan.port}; hint: `ccr stop`, or another --port")
            port_is_free(plan)
            if os.getpid() == 1:
                init.be_first_process()
            signal.signal(signal.SIGTERM, _end)  # until mitmproxy has a handler of its own
            signal.signal(signal.SIGHUP, _terminal_gone)
            child.run(plan)
    except OSError as error:
        raise StartFailed(place.told(error)) from error


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _terminal_gone(_: int, __: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
