"""The router that is to be asked, the environment that leads to it, and the client in our place."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import urlsplit

from addon.client.environment import API_KEY, MAX_TIMEOUT_MS, client_environment, taken_out
from addon.client.login import passes_login
from addon.client.overriding import TOKEN, overrides
from addon.config.build import build
from addon.config.document import Document
from addon.config.errors import ConfigError
from addon.config.load import BUILT_IN, load_settings
from addon.config.settings import Settings
from addon.service.find import Unclear, find
from addon.service.probe import Found, Health, probe
from addon.service.start import Service, ensure_running, running_service

NOT_FOUND: Final = 127
NOT_RUNNABLE: Final = 126
"""Exit statuses, as a shell has them."""

BOTH: Final = (
    "it asks for a client key and passes your login on, and Claude Code cannot show both; "
    "hint: remove `client_keys`, or give the provider an `api_key`"
)

WHY_LEFT_OUT: Final = {
    API_KEY: "the router uses the keys of its config",
    TOKEN: "it was made up for a router that asks for none",
}


class CannotRun(Exception):
    """The program cannot be run; `status` is what a shell would end with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Connection:
    """How a client is led to a router. `own_login`: it must show its own; `notes` are sentences for people.

    `claude_path` is the config's.
    """

    url: str
    key: str = ""
    own_login: bool = False
    api_timeout_ms: int | None = None
    claude_path: str = ""
    notes: tuple[str, ...] = ()

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        return client_environment(self.url, self.key, base, self.api_timeout_ms, own_login=self.own_login)

    def left_out(self, base: Mapping[str, str] = os.environ) -> tuple[str, ...]:
        return taken_out(base, own_login=self.own_login)


def connected(config: str = "", check: Callable[[Settings], object] | None = None) -> Connection:
    """To the service that runs, else to a new one. Raises StartFailed with the reason if none can be started.

    `check` sees the configuration before one is started; what it raises comes through.
    """
    service = None if config else running()
    if service is None:
        with suppress(ConfigError):  # the start says it
            _ = check and check(load_settings(config))
        service = ensure_running(config)
    return settled(service, config)


def settled(service: Service, config: str = "") -> Connection:
    """To a service that runs; `config` is the one it was started with, where it does not say."""
    told = probe(urlsplit(service.url).hostname or "", service.port) or Health()
    try:
        settings = _settings_of(service, config)
    except ConfigError as error:
        note = f"the service's config cannot be read from here, so that its client key and timeouts are not known: {error}"
        key = os.environ.get("ANTHROPIC_AUTH_TOKEN", "")
        return Connection(service.url, key, told.own_login, notes=(*service.notes, note))
    # What the running router says itself includes `ccr.use` and `ccr.passthrough`.
    return connection(service.url, settings, service.notes, own_login=told.own_login if told.pid else None)


def connection(url: str, settings: Settings, notes: tuple[str, ...] = (), *, own_login: bool | None = None) -> Connection:
    """To the router at `url` that has these settings."""
    key = settings.client_keys[0] if settings.client_keys else ""
    own = passes_login(settings) if own_login is None else own_login
    if own and key:
        notes += (f"{settings.source}: {BOTH}",)
    total = settings.timeouts.total
    milliseconds = MAX_TIMEOUT_MS if total == float("inf") else round(total * 1000)
    return Connection(url, key, own, milliseconds, settings.claude_path, notes)


def running() -> Service | None:
    """The service that `ccr status` means, where it may be meant; None where the config asks for one of its own."""
    try:
        target = find()
    except Unclear:
        return None
    if target.seen.found is not Found.OURS:
        return None
    service = running_service(target.host, target.port, target.seen.health or Health())
    if target.config_error:
        return service
    settings = load_settings()
    return service if settings.source in (BUILT_IN, service.config) else None


def _settings_of(service: Service, config: str) -> Settings:
    if service.config == BUILT_IN:
        return build(Document(BUILT_IN, "", {}), os.environ)
    return load_settings(service.config or config)


def told(connection: Connection, env: Mapping[str, str], args: Sequence[str] = (), *, claude: bool = True) -> Iterator[str]:
    """What a user should know before a client starts with `env`; `claude`: it reads Claude Code's settings, and has `args`."""
    yield from connection.notes
    for name in connection.left_out():
        why = WHY_LEFT_OUT.get(name, "with it, the client would ask another service")
        yield f"{name} is set in this shell and was not passed on: {why}"
    if claude:
        yield from map(str, overrides(env, args))


def program(name: str, env: Mapping[str, str]) -> str:
    """Where the program `name` is. Raises CannotRun."""
    found = shutil.which(name, path=env.get("PATH"))
    if found:
        return found
    if os.path.exists(name) and os.sep in name:  # noqa: PTH110 - a Path would lose a trailing slash
        raise CannotRun(f"`{name}` cannot be run: it is no program, or not an executable one", NOT_RUNNABLE)
    raise CannotRun(f"there is no program `{name}`; hint: check its name, and that it is on the PATH", NOT_FOUND)


def become(path: str, args: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """The program at `path` in the place of this process: its terminal, its signals and its exit status are its own.

    `args` begin with the program's own name, and reach it byte for byte. Raises CannotRun.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and a program would inherit that
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(path, list(args), dict(env))  # noqa: S606 - no shell is what is wanted
    except OSError as error:
        raise CannotRun(f"`{path}` cannot be run: {error.strerror}", NOT_RUNNABLE) from error
