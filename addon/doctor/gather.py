"""Gathering the context: files and variables first, then who listens on this machine, then the providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from addon import ports, trust
from addon.config import urls
from addon.config.build import service_port
from addon.config.errors import ConfigError
from addon.config.proxies import DIRECT
from addon.config.schema import DEFAULT_PORT
from addon.config.settings import ANY, ROUTE_NAMES, Provider, Settings
from addon.doctor.configured import Configured, configured
from addon.doctor.context import Context, Mitmproxy, Running, Surroundings
from addon.doctor.kept_prompts import settings_that_keep
from addon.doctor.listening import listener_of, points_to
from addon.doctor.live import Asked, ask_all
from addon.doctor.requests_kept import Requests, read_requests
from addon.service import place
from addon.service.probe import Found, look
from addon.service.processes import identity
from addon.service.state import states

type Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """`config` as for the router itself. `flows`: a recording or events file with recent requests, None for those found.

    `live`: the checks that were chosen want the providers' answers. `probe`: what costs money may be asked, too.
    """

    config: str = ""
    flows: Path | None = None
    offline: bool = False
    probe: bool = False
    live: bool = True


def gather(around: Surroundings, wishes: Wishes, told: Told = lambda _: None) -> Context:
    """Never raises for the state of files, variables, services or providers."""
    told("reading the configuration")
    config = configured(wishes.config, around.env, around.cwd, around.home)
    mitmproxy = _mitmproxy(trust.options_folder())
    told("looking who listens")
    running = _running(around, config)
    context = Context(
        around, config, mitmproxy, running, service_folder=_service_folder(), offline=wishes.offline, probe=wishes.probe
    )
    answers = _answers(context, told) if wishes.live and not wishes.offline else ()
    return replace(context, answers=answers, requests=_requests(context, wishes.flows))


def _mitmproxy(folder: Path) -> Mitmproxy:
    try:
        return Mitmproxy(folder, trust.read_options(folder))
    except ValueError as error:
        return Mitmproxy(folder, wrong=str(error))


# --- this machine


def _running(around: Surroundings, config: Configured) -> Running:
    host, port = _address(around.env, config)
    left = {state.plan.port: state for state in states() if not state.plan.private}
    hosts = {other: state.plan.host for other, state in left.items()}
    shell = points_to(around.env.get("ANTHROPIC_BASE_URL", ""))
    if shell and urls.is_loopback(shell[0]):
        hosts.setdefault(shell[1], shell[0])
    here = look(host, port)
    others = {other: look(at, other) for other, at in hosts.items() if other != port}
    silent = {other for other, seen in {port: here, **others}.items() if seen.found is Found.NOBODY}
    gone = [other for other, state in left.items() if other in silent and identity(state.pid) != state.began]
    return Running(host, port, here, others, tuple(place.state_file(other) for other in gone))


def _address(env: Mapping[str, str], config: Configured) -> tuple[str, int]:
    """Where the router listens, or would; the usual address where the configuration cannot say."""
    try:
        host = ports.numeric(listener_of(config)[0])
    except ValueError:
        host = "127.0.0.1"
    if config.settings is not None:
        return host, config.settings.port
    written = str(config.tree.get("port") or "")
    otherwise = int(written) if written.isascii() and written.isdecimal() and int(written) < 65536 else DEFAULT_PORT
    try:
        return host, service_port(env, otherwise)
    except ConfigError:
        return host, otherwise


def _service_folder() -> Path | None:
    """None where there is none; it is not created."""
    try:
        folder = place.home() / "service"
    except place.NoPlace:
        return None
    return folder if folder.is_dir() else None


def _requests(context: Context, named: Path | None) -> Requests:
    """From the file that was named, else the first one that is kept, else the service's log."""
    if named:
        return replace(read_requests(context.around.cwd / named.expanduser()), wanted=True)
    files = [kept.file for kept in settings_that_keep(context) if kept.file]
    if context.service_folder:
        files.append(context.service_folder / f"{context.running.port}.log")
    file = next((file for file in files if file.is_file()), None)
    return read_requests(file) if file else Requests(told="no recent requests are kept, and none were given")


# --- the providers


def _answers(context: Context, told: Told) -> tuple[Asked, ...]:
    if context.config.settings is None:
        return ()
    settings = context.settings
    trusted = trust.trust_of(context.mitmproxy.options, context.around.env)
    ways = [_past_itself(provider, context.running) for provider in settings.providers.values()]
    asked = [(provider, context.config.keys_in_force(provider)) for provider in ways]
    told(f"asking {len(asked)} provider{'' if len(asked) == 1 else 's'}")
    model_of = (lambda provider: _model_of(settings, provider)) if context.probe else (lambda _: "")
    return ask_all(asked, trusted, model_of=model_of, told=told)


def _past_itself(provider: Provider, running: Running) -> Provider:
    """A shell whose Claude Code is sent through mitmproxy names the router as its proxy; the router does not ask itself."""
    proxy, health = urlsplit(provider.proxy.url), running.here.health
    if not urls.is_loopback(proxy.hostname or "") or health is None:
        return provider
    holder = ports.holder(proxy.port or 80)
    return replace(provider, proxy=DIRECT) if holder and holder.pid == health.pid else provider


def _model_of(settings: Settings, provider: Provider) -> str:
    """The model that a route asks of this provider; else its first."""
    return next(_models(settings, provider), "")


def _models(settings: Settings, provider: Provider) -> Iterator[str]:
    for route in ROUTE_NAMES:
        for choice in (settings.router.route(route), *settings.router.fallbacks(route)):
            if choice and choice.provider == provider.name and choice.model != ANY:
                yield choice.model
    yield from (model for model in provider.models if model != ANY)
