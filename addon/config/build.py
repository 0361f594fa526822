"""A parsed file to `Settings`: variables, spellings, types, providers, routes, in this order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from addon.config import foreign, urls
from addon.config.document import Document, Findings
from addon.config.errors import ConfigError, Problem
from addon.config.interpolate import Interpolation
from addon.config.limits import ONCE, retry_of, timeouts_of
from addon.config.providers import Keyless, ProviderReader
from addon.config.proxies import DIRECT, Proxy, UnusableProxy, check_proxy, proxy_for
from addon.config.routes import RouteReader
from addon.config.schema import ConfigFile
from addon.config.settings import Provider, Router, Settings
from addon.config.spelling import Spelling
from addon.config.validate import validated

ANTHROPIC = Provider(
    name="anthropic",
    base_url=f"https://{urls.ANTHROPIC_HOST}",
    dialect="anthropic",
    auth="client",
    auth_header="x-api-key",
    retry=ONCE,
)
"""What there is where the file has no provider: Anthropic, with the client's own login."""


def build(document: Document, env: Mapping[str, str]) -> Settings:
    """Raises ConfigError with all the problems of the first step that has any."""
    findings = Findings(document)
    spelling = Spelling(findings)
    tree = spelling.respell(Interpolation(env, findings).apply(document.tree))
    config = validated(tree, spelling, findings)
    if ineffective := foreign.warning(spelling.foreign):
        findings.warn(ineffective)
    if config.proxy_url:
        check_proxy(config.proxy_url, spelling.path(("proxy_url",)), findings)
    _check_listening(config, spelling, findings)
    _check_timeout(config, spelling, findings)
    providers, keyless = _providers(config, env, spelling, findings)
    router = _router(config, providers, keyless, spelling, findings)
    findings.stop_if_any()
    return Settings(
        source=document.source,
        host=config.host.strip().strip("[]"),
        port=service_port(env, config.port),
        client_keys=config.client_keys,
        providers=MappingProxyType(providers),
        left_out=MappingProxyType({name: _why(name, reason) for name, reason in keyless.items()}),
        router=router,
        retry=retry_of(config),
        timeouts=timeouts_of(config),
        official_proxy=_proxy(ANTHROPIC.base_url, config, env, findings),
        log_level=config.log_level if config.log else "error",
        claude_path=config.claude_path,
        warnings=tuple(findings.warnings),
    )


def service_port(env: Mapping[str, str], otherwise: int) -> int:
    """`$SERVICE_PORT`, which Claude Code Router obeys too, goes before the file."""
    given = env.get("SERVICE_PORT", "").strip()
    if not given:
        return otherwise
    if not (given.isascii() and given.isdecimal() and int(given) <= 65535):
        problem = Problem(
            f"the environment variable `SERVICE_PORT` is `{given}`, not a port", "set it to 0 to 65535, or unset it"
        )
        raise ConfigError("environment", [problem])
    return int(given)


def _check_listening(config: ConfigFile, spelling: Spelling, findings: Findings) -> None:
    path = spelling.path(("host",))
    if not urls.is_host(config.host.strip()):
        hint = "write `127.0.0.1`; the port has a key of its own, `port`"
        findings.problem(path, f"{findings.document.quote(path)} is not the name or address of a host", hint)
    elif not urls.is_loopback(config.host.strip()) and not config.client_keys:
        hint = "set `APIKEY` to a key that clients must show, or `HOST: 127.0.0.1`"
        findings.problem(path, f"{findings.document.quote(path)} lets other machines in, and no client key is asked for", hint)
    for index, key in enumerate(config.client_keys):
        if not key.isascii() or not key.isprintable() or key != key.strip():
            findings.problem(spelling.path(("client_keys",)), f"key {index + 1} holds characters that no HTTP header can carry")


def _check_timeout(config: ConfigFile, spelling: Spelling, findings: Findings) -> None:
    if config.api_timeout_ms is not None and "total" in config.timeouts.model_fields_set:
        hint = "keep one of the two; `API_TIMEOUT_MS` is in milliseconds, `timeouts.total` in seconds"
        findings.problem(spelling.path(("api_timeout_ms",)), "is the same as `timeouts.total`, which is given too", hint)


def _providers(
    config: ConfigFile, env: Mapping[str, str], spelling: Spelling, findings: Findings
) -> tuple[dict[str, Provider], dict[str, Keyless]]:
    usable: dict[str, Provider] = {}
    keyless: dict[str, Keyless] = {}
    for name, section in config.providers.items():
        _check_name(name, section.name, spelling, findings)
        match ProviderReader(name, section, config, spelling, findings).read():
            case Provider() as provider:
                usable[name] = provider if provider.proxy else _on_the_way(provider, config, env, findings)
            case Keyless() as reason:
                keyless[name] = reason
    if not config.providers:
        usable[ANTHROPIC.name] = _on_the_way(ANTHROPIC, config, env, findings)
    return usable, keyless


def _on_the_way(provider: Provider, config: ConfigFile, env: Mapping[str, str], findings: Findings) -> Provider:
    return replace(provider, proxy=_proxy(provider.base_url, config, env, findings))


def _proxy(url: str, config: ConfigFile, env: Mapping[str, str], findings: Findings) -> Proxy:
    """The general one; one of the environment that cannot be used is warned of, once."""
    try:
        return proxy_for(url, config.proxy_url, env)
    except UnusableProxy as error:
        if (warning := f"{error}; providers are asked without it") not in findings.warnings:
            findings.warn(warning)
        return DIRECT


def _check_name(name: str, given: str, spelling: Spelling, findings: Findings) -> None:
    path = spelling.path(("providers", name))
    if "," in name or not name.strip() or name != name.strip():
        findings.problem(
            path, f"`{name}` cannot be a provider's name", "a route is split at its first comma; use letters and `-`"
        )
    if given.strip() not in {"", name}:
        findings.problem(spelling.path(("providers", name, "name")), f"`{given}` is not the name above it", "remove `name`")


def _router(
    config: ConfigFile, providers: dict[str, Provider], keyless: dict[str, Keyless], spelling: Spelling, findings: Findings
) -> Router:
    """A provider without a key is a problem where anything needs it, and a warning where nothing does."""
    reader = RouteReader([*(config.providers or providers)], spelling, findings)
    router = reader.read(config, providers)
    for name, reason in keyless.items():
        if name in reader.used or router.default is None:
            findings.problem(reason.path, reason.what, reason.hint)
        else:
            findings.warn(f"provider {_why(name, reason)}; it is left out. {reason.hint}")
    if router.default is None and not findings.problems:
        findings.warn("no default route: requests that name no provider cannot be answered; set `Router.default`")
    return router


def _why(name: str, reason: Keyless) -> str:
    return f"`{name}`: its `api_key` {reason.what}"
