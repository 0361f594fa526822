"""Who answers at an address: nobody, a stranger, or a router of ours. It asks `GET /health`; nothing else is believed."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from addon import ports
from addon.service.state import read_state

LONGEST: Final = 65_536
"""Bytes of an answer that are read: ours has a few hundred."""

_EVERYWHERE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, not listening
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_OUR_IDS: Final = "req_ccr"


class Found(StrEnum):
    NOBODY = "nobody listens"
    STRANGER = "somebody else's server"
    OURS = "a router of ours"


@dataclass(frozen=True, slots=True)
class Health:
    """What a running router says of itself. Times are seconds since 1970; 0 and "" where it does not say.

    `web_url` is mitmweb's page without its login, "" without mitmweb. `loaded` is when the config was last read. `own_login`: it
    passes the client's own login on.
    """

    pid: int = 0
    version: str = ""
    config: str = ""
    web_url: str = ""
    started: float = 0.0
    loaded: float = 0.0
    routes: dict[str, str] = field(default_factory=dict)
    own_login: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """`health` is there if `found` is OURS. `told` says, for people, what a stranger answered or why nobody did."""

    found: Found
    health: Health | None = None
    told: str = ""


def probe(host: str, port: int, timeout: float = 1.0) -> Health | None:
    """The router of ours at this address, None if there is none. Never raises for what may be there."""
    return look(host, port, timeout).health


def look(host: str, port: int, timeout: float = 1.0) -> Look:
    """Who answers within `timeout` seconds. A listener that accepts and says nothing is a stranger.

    A router that asks clients for a key is shown the one that it has left in its state file for this user. Another user's is a
    stranger: it would read what is sent to it.
    """
    state = read_state(port)
    headers = {"accept": "application/json", "connection": "close"}
    headers |= {"authorization": f"Bearer {state.plan.key}"} if state and state.plan.key else {}
    connection = http.client.HTTPConnection(reachable(host), port, timeout=timeout)
    try:
        connection.connect()
    except OSError as error:
        return Look(Found.NOBODY, told=error.strerror or str(error))
    try:
        connection.request("GET", "/health", headers=headers)
        answer = connection.getresponse()
        seen = _judged(answer, answer.read(LONGEST))
        others = ports.strangers(port) if seen.found is Found.OURS and connection.host in _LOOPBACK else ""
        return Look(Found.STRANGER, told=f"it is the router of {others}") if others else seen
    except TimeoutError:
        return Look(Found.STRANGER, told=f"it accepts connections and says nothing for {timeout:g} s")
    except (OSError, http.client.HTTPException) as error:
        return Look(Found.STRANGER, told=f"it does not speak HTTP ({type(error).__name__})")
    finally:
        connection.close()


def reachable(host: str) -> str:
    """Where to connect to what listens on `host`: the loopback address for a listener on all addresses."""
    return _EVERYWHERE.get(host.strip("[]"), host.strip("[]"))


def _judged(answer: http.client.HTTPResponse, body: bytes) -> Look:
    try:
        told: Any = json.loads(body)
    except ValueError:
        told = None
    if isinstance(told, dict) and told.get("name") == "ccr" and told.get("status") == "ok":
        return Look(Found.OURS, _health(told))
    if (answer.getheader("request-id") or "").startswith(_OUR_IDS):
        return Look(Found.OURS, Health())  # ours, and it does not say more to whom it takes for a stranger
    server = answer.getheader("server")
    return Look(Found.STRANGER, told=f"it answers GET /health with {answer.status}" + (f" ({server})" if server else ""))


def _health(told: dict[str, Any]) -> Health:
    routes = told.get("routes")
    return Health(
        pid=_number(told, "pid", int),
        version=_text(told, "version"),
        config=_text(told, "config"),
        web_url=_text(told, "web_url"),
        started=_number(told, "started", float),
        loaded=_number(told, "loaded", float),
        routes={str(name): str(choice) for name, choice in routes.items()} if isinstance(routes, dict) else {},
        own_login=told.get("own_login") is True,
    )


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _number[N: (int, float)](told: dict[str, Any], name: str, kind: type[N]) -> N:
    value = told.get(name)
    return kind(value) if isinstance(value, int | float) else kind(0)
