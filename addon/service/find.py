"""Which service is meant by a command that names no port."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Final

from addon.service.probe import Found, Look, look
from addon.service.processes import identity
from addon.service.state import State, read_state, states

USUAL: Final = ("127.0.0.1", 3456)


class Unclear(Exception):
    """Several services run, none where the configuration says. The message names their ports."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address, who answers there, and what the service there wrote down of itself, if it is the one that answers.

    `config` is the one that is found from here now, "built-in default" without one. `config_error` is what is wrong with it, ""
    if nothing is.
    """

    host: str
    port: int
    seen: Look
    state: State | None = None
    config: str = ""
    config_error: str = ""

    @property
    def pid(self) -> int:
        """0 where nothing of ours answers, or it does not say."""
        return self.seen.health.pid if self.seen.health else 0


def find(port: int | None = None) -> Target:
    """The service on `port`; else the one where the configuration says; else the only one that runs. Raises Unclear."""
    (host, configured), config, error = _configured()

    def target(at_host: str, at_port: int) -> Target:
        return replace(_target(at_host, at_port), config=config, config_error=error)

    if port is not None:
        state = read_state(port)
        return target(state.plan.host if state else host, port)
    there = target(host, configured or USUAL[1])
    if not configured and there.state is None:  # it listens on any free port, so whoever has the usual one is not meant
        there = replace(there, seen=Look(Found.NOBODY))
    if there.seen.found is Found.OURS:
        return there
    others = [other for other in running() if other.port != there.port]
    if len(others) > 1:
        ports = ", ".join(str(other.port) for other in others)
        raise Unclear(f"no service on port {there.port}, but on {ports}; hint: say which one with --port")
    return target(others[0].host, others[0].port) if others else there


def running() -> list[Target]:
    """All services of this user that answer, but those that belong to one command."""
    found = [_target(state.plan.host, state.plan.port) for state in states() if not state.plan.private]
    return [target for target in found if target.state is not None]


def written_by_holder(port: int) -> State | None:
    """What the service on this port wrote down, if the system says that it has the port: also one that hangs."""
    from addon import ports  # noqa: PLC0415  only where nobody of ours answers

    written, holder = read_state(port), ports.holder(port)
    return written if written and holder and holder.pid == written.pid and identity(written.pid) == written.began else None


def _target(host: str, port: int) -> Target:
    seen, state = look(host, port), read_state(port)
    own = state if state and seen.health and seen.health.pid == state.pid else None
    return Target(host, port, seen, own)


def _configured() -> tuple[tuple[str, int], str, str]:
    """Host and port of the configuration, the usual ones if it cannot be read: a service must be found all the same.

    Port 0 is any. Then the configuration's name, and what is wrong with it.
    """
    from addon import ports  # noqa: PLC0415  only here
    from addon.config.errors import ConfigError  # noqa: PLC0415  as above
    from addon.config.load import load_settings  # noqa: PLC0415  as above

    try:
        settings = load_settings()
        return (ports.numeric(settings.host), settings.port), settings.source, ""
    except ConfigError as error:
        return (USUAL[0], _port_of_shell() or USUAL[1]), "", str(error)
    except ValueError as error:
        return USUAL, settings.source, f"{settings.source}: host: {error}"


def _port_of_shell() -> int:
    """`$SERVICE_PORT`, which goes before any configuration; 0 without one that is a port."""
    given = os.environ.get("SERVICE_PORT", "").strip()
    return int(given) if given.isdecimal() and int(given) < 65_536 else 0
