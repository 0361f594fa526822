"""The variables for a shell that is to ask the router from now on, whether it runs already or not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from addon import ports
from addon.client.environment import API_KEY, ELSEWHERE
from addon.client.launch import Connection, connection, running, settled
from addon.client.overriding import BASE_URL, TIMEOUT, TOKEN, overrides
from addon.config.errors import ConfigError
from addon.config.load import load_settings
from addon.service.probe import Found, look, reachable

NAMES: Final = (BASE_URL, TOKEN, TIMEOUT, "NO_PROXY", "no_proxy")


class StandingFailed(Exception):
    """It cannot be said where the router would be. For people."""


@dataclass(frozen=True, slots=True)
class Variables:
    """`values` are to be set, `without` are to be removed, `notes` are sentences for people."""

    values: Mapping[str, str]
    without: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def standing(config: str = "") -> Variables:
    """What leads to the service that runs, else to where the config will have it listen. Raises StandingFailed."""
    service = None if config else running()
    try:
        leads = settled(service) if service else _planned(config)
    except ConfigError as error:
        raise StandingFailed(str(error)) from error
    env = leads.environment()
    without = (*ELSEWHERE, *(() if leads.own_login else (API_KEY,)))
    without += tuple(name for name in leads.left_out() if name not in without)
    values = {name: env[name] for name in NAMES if name in env and (name != TOKEN or not leads.own_login)}
    return Variables(values, without, (*leads.notes, *map(str, overrides(env))))


def _planned(config: str) -> Connection:
    settings = load_settings(config)
    if not settings.port:
        raise StandingFailed(f"{settings.source} has the router listen on any free port, and it does not run; hint: `ccr start`")
    try:
        host = reachable(ports.numeric(settings.host))
    except ValueError as error:
        raise StandingFailed(f"{settings.source}: host: {error}") from error
    at = f"http://{ports.shown(host, settings.port)}"
    runs = look(host, settings.port).found is Found.OURS
    return connection(at, settings, () if runs else (f"no router runs at {at} yet; hint: `ccr start`",))


def taken_back() -> Variables:
    """What makes a shell forget the router. Exceptions from proxies stay: they may be the user's own, and do no harm."""
    ours = tuple(name for name in (BASE_URL, TOKEN, TIMEOUT) if name in os.environ)
    note = "what was removed from this shell, such as ANTHROPIC_API_KEY, comes back in a new one"
    return Variables({}, ours or (BASE_URL, TOKEN, TIMEOUT), (note,))
