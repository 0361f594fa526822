"""Starting the service, and using the one that runs."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Final

from addon import ports
from addon.service import failing, place
from addon.service.plan import PIPE, VARIABLE, Plan
from addon.service.probe import Found, Health, look, reachable
from addon.service.state import State, read_state

START_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.03
WEB_PORT: Final = 8081
NO_CONFIG: Final = "there is no config, so all goes to Anthropic as it is; hint: `ccr init` sets up other models"


class StartFailed(Exception):
    """There is no service. The message gives the true reason: the config's errors, who has the port, or what mitmproxy said."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers. `url` is what `ANTHROPIC_BASE_URL` is set to.

    `web_url` opens mitmweb logged in ("" without it): it is a secret. `log` is a path, "" for one that has no log file. `new`:
    it was started just now. `notes` say how one that was running differs from what was asked for, or what a new one lacks.
    """

    url: str
    port: int
    pid: int
    config: str
    web_url: str = ""
    log: str = ""
    new: bool = False
    notes: tuple[str, ...] = ()


def start(
    config: str = "", *, web: bool = False, port: int | None = None, private: bool = False, seconds: float = START_SECONDS
) -> Service:
    """Start the service in the background, unless one runs on the port; returns when it answers. Raises StartFailed.

    `config` is a path or the name of a shipped one, "" for the usual search; `port` goes before the config's, 0 is a free one.
    A `private` one serves the caller alone, who ends it: `ccr stop` and the like do not mean it.
    """
    return begin(replace(prepare(config, web=web, port=port), private=private), config, seconds)


def begin(plan: Plan, asked: str = "", seconds: float = START_SECONDS) -> Service:
    """As `start`, with what has been prepared. `asked` is the config as the user named it. Raises StartFailed."""
    from addon.service.lock import only_start  # noqa: PLC0415  Windows has no such locks

    def running() -> bool:
        return look(plan.host, plan.port).found is Found.OURS

    if running():
        return _used(plan, asked)
    try:
        with only_start(plan.port, seconds, running) as mine:
            if running():
                return _used(plan, asked)
            if not mine:
                raise StartFailed(f"another start on port {plan.port} has not come to an end within {seconds:g} s")
            port_is_free(plan)
            return _with_free_web_port(plan, seconds)
    except OSError as error:
        raise StartFailed(place.told(error)) from error


def ensure_running(config: str = "", *, port: int | None = None) -> Service:
    """The service that runs, else a new one. Raises StartFailed. `notes` say if it runs with another config than `config`."""
    return start(config, port=port)


def prepare(config: str = "", *, web: bool = False, port: int | None = None) -> Plan:
    """What is to be run, once the config has been checked. Raises StartFailed with the config's errors, each with its line."""
    from addon.config.errors import ConfigError  # noqa: PLC0415  what only asks for a service does not need it
    from addon.config.load import BUILT_IN, load_settings  # noqa: PLC0415  as above

    try:
        settings = load_settings(config)
        host = ports.numeric(settings.host)
    except ConfigError as error:
        raise StartFailed(str(error)) from error
    except ValueError as error:
        raise StartFailed(f"{settings.source}: host: {error}") from error
    if not hasattr(os, "fork"):
        raise StartFailed("a service needs Linux or macOS; hint: in WSL it works, and so does `mitmdump -s addon/ccr.py`")
    wanted = settings.port if port is None else port
    return Plan(
        host=host,
        port=wanted or _free_port(host),
        config="" if settings.source == BUILT_IN else settings.source,
        web_port=_web_port() if web else 0,
        web_password=secrets.token_hex(16) if web else "",
        key=secrets.token_hex(16),
    )


def port_is_free(plan: Plan) -> None:
    """Raises StartFailed with who has it."""
    if owner := ports.owner(plan.host, plan.port).partition("; hint:")[0]:
        at = ports.shown(plan.host, plan.port)
        hint = f"`ccr start --port {plan.port + 1}`, another PORT in the config, or end that process"
        raise StartFailed(f"cannot listen on {at}: {owner}; hint: {hint}")


def running_service(host: str, port: int, seen: Health) -> Service:
    """What is known of a service that answers."""
    state = _state_of(port, seen)
    config = seen.config or (state.plan.config if state else "")
    web_url = state.plan.web_url if state and seen.web_url else seen.web_url
    return Service(f"http://{ports.shown(reachable(host), port)}", port, seen.pid, config, web_url, state.log if state else "")


def _state_of(port: int, seen: Health) -> State | None:
    """What this very process wrote down."""
    state = read_state(port)
    return state if state and state.pid == seen.pid else None


def _used(plan: Plan, asked: str) -> Service:
    service = running_service(plan.host, plan.port, look(plan.host, plan.port).health or Health())
    return replace(service, notes=tuple(failing.differences(plan, service, asked)))


def _with_free_web_port(plan: Plan, seconds: float) -> Service:
    """The port of mitmweb may be taken between its choice and its use, as by another service that starts."""
    try:
        return _launched(plan, seconds)
    except StartFailed:
        if not plan.web_port or not ports.owner("127.0.0.1", plan.web_port):
            raise
        return _launched(replace(plan, web_port=_free_port("127.0.0.1")), seconds)


def _launched(plan: Plan, seconds: float) -> Service:
    log = place.log_file(plan.port)
    before = log.stat().st_size if log.exists() else 0
    reader, writer = os.pipe()
    try:
        _spawn(plan, writer)
    finally:
        os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        pid = int(pipe.readline() or b"0")
        os.set_blocking(reader, False)
        deadline = monotonic() + seconds
        while not ((seen := look(plan.host, plan.port).health) and seen.pid == pid):
            if pipe.read(1) == b"":  # its other end is closed: the process is gone
                raise StartFailed(failing.reason(log, before))
            if monotonic() > deadline:
                _give_up(pid)
                raise StartFailed(f"it did not answer within {seconds:g} s and was ended; {failing.reason(log, before)}")
            sleep(LOOK_SECONDS)
    service = running_service(plan.host, plan.port, seen)
    return replace(service, web_url=plan.web_url, log=str(log), new=True, notes=() if plan.config else (NO_CONFIG,))


def _give_up(pid: int) -> None:
    """End what was just started: it holds the pipe, so the id is still its own."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _spawn(plan: Plan, writer: int) -> None:
    """A session of its own, without a terminal: it survives the one it was started in."""
    environment = {**os.environ, VARIABLE: plan.to_json(), PIPE: str(writer)}
    command = [sys.executable, "-P", "-m", "addon.service.child", "--port", str(plan.port)]
    log = os.open(place.log_file(plan.port), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        subprocess.run(  # noqa: S603 - our own module, by this Python; it leaves a child of its own and returns
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=place.service_folder(),
            pass_fds=(writer,), start_new_session=True, check=False,
        )  # fmt: skip
    finally:
        os.close(log)


def _web_port() -> int:
    """The usual port of mitmweb, if it is free."""
    return _free_port("127.0.0.1") if ports.owner("127.0.0.1", WEB_PORT) else WEB_PORT


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as free:
        free.bind((host, 0))
        return int(free.getsockname()[1])
