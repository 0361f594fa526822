"""Ending a service, and starting it anew as it was."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import Final

from addon import ports
from addon.service.find import Target, written_by_holder
from addon.service.place import service_folder
from addon.service.probe import Found
from addon.service.processes import gone_within, identity
from addon.service.start import Service, begin, prepare
from addon.service.state import State

STOP_SECONDS: Final = 5.0


class StopFailed(Exception):
    """The service runs on, and the message says why: most often because it is not ours to end."""


def stop(target: Target, seconds: float = STOP_SECONDS) -> int:
    """End the service and wait until it is gone; its pid, 0 if none was running. Raises StopFailed.

    A process is signalled only if three agree on it: what the service wrote down, what answers on the port (unless it hangs),
    and who the system says has the port. After `seconds` it is killed.
    """
    state = _to_be_ended(target)
    if state is None:
        return 0
    who = identity(state.pid)
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(state.pid, who, number)
        if gone_within(state.pid, who, seconds):
            return state.pid
    raise StopFailed(f"process {state.pid} does not end, not even when killed; hint: look at it with `ps -p {state.pid}`")


def restart(target: Target, config: str = "", *, web: bool | None = None) -> Service:
    """The same anew: its config, port and mitmweb, unless others are given. What is wrong is said before anything is ended.

    Starts it where none runs. Raises StartFailed, StopFailed.
    """
    state = target.state
    if state and not state.log:
        raise StopFailed(f"the service runs in the foreground (pid {state.pid}); hint: restart it where it was started")
    before = state.plan if state else None
    with_web = (before is not None and before.web_port > 0) if web is None else web
    plan = prepare(config or (before.config if before else ""), web=with_web, port=target.port if before else None)
    if before and before.web_port and with_web:
        plan = replace(plan, web_port=before.web_port, web_password=before.web_password)
    if before:
        plan = replace(plan, host=plan.host if config else before.host, private=before.private)
    service_folder()
    stop(target)
    return begin(plan, config)


def _to_be_ended(target: Target) -> State | None:
    """The service that runs. Raises StopFailed for what must not be signalled."""
    if target.seen.found is Found.NOBODY:
        return None
    if written := written_by_holder(target.port):
        return written  # also one that hangs, and does not say who it is
    holder = ports.holder(target.port)
    if target.seen.found is Found.STRANGER:
        who = f" (`{holder.name}`, pid {holder.pid})" if holder else ""
        raise StopFailed(f"what listens on port {target.port} is no router of ours{who}: {target.seen.told}; it was left alone")
    if holder and target.pid and holder.pid != target.pid:
        elsewhere = (
            f"it says it is process {target.pid}, but `{holder.name}` (pid {holder.pid}) has the port: is it in a container?"
        )
        raise StopFailed(f"the router on port {target.port} was left alone: {elsewhere} hint: stop it where it was started")
    if target.state and holder is None and identity(target.pid) == target.state.began:
        return target.state  # the system does not say who has the port
    pid = target.pid or (holder.pid if holder else 0)
    raise StopFailed(
        f"the router on port {target.port} (pid {pid or 'not known'}) was not started by `ccr start`, and was left alone; "
        "hint: end it where it was started"
    )


def _signal(pid: int, who: str, number: signal.Signals) -> None:
    if not who or identity(pid) != who:
        return  # it is gone; another one may have its id
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        raise StopFailed(f"process {pid} belongs to another user, and was left alone") from None
