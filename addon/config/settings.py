"""The configuration in force, as the rest of the addon uses it: checked, complete, frozen. No repr shows a credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from addon.config.proxies import DIRECT, Proxy
from addon.config.schema import Auth, AuthHeader, KeyStrategy, LogLevel
from addon.routing.choice import Choice
from translators.contract import Target
from translators.provider_table import DialectName
from translators.quirks import Quirks, apply_quirks, quirks_for

type RouteName = Literal["default", "background", "think", "longContext", "webSearch", "image"]

ROUTE_NAMES: tuple[RouteName, ...] = ("default", "background", "think", "longContext", "webSearch", "image")

ANY = "*"
"""In a provider's `models`: every model. As a route's model: the one the client asked for."""

MAX_TARGETS = 256
"""Models per provider whose `Target` is kept; names that clients invent must not pile up."""

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Retry:
    """`attempts` counts the first one. Waits are in seconds: `backoff`, doubled each time, up to `max_backoff`.

    `asked_for`: the file says how many attempts; only then are they made before another healthy candidate is asked.
    """

    attempts: int = 2
    backoff: float = 0.5
    max_backoff: float = 8.0
    asked_for: bool = False


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; infinity where there is no limit. `total` spans all attempts of one client request.

    `first_byte` is for streams; `whole` is the same for a whole answer, whose first byte comes when it is complete.
    """

    connect: float = 10.0
    first_byte: float = 300.0
    idle: float = 300.0
    total: float = 3600.0
    whole: float = 3600.0


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens; None where the configuration does not say."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the configuration says of one model; sizes are in tokens, None where it does not say."""

    context_window: int | None = None
    max_output: int | None = None
    price: Price | None = None
    params: Mapping[str, Any] = _EMPTY
    quirks: Mapping[str, Any] = _EMPTY
    vendor: str = ""
    sources: Mapping[str, str] = field(default=_EMPTY, compare=False)


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `models` holds `"*"` where any model is meant; `info` describes single models.

    `vendor` is the name the quirks table is asked with: the provider's own, or the one a transformer names. `quirks` and
    `params` hold for all models, `info` adds to them. `max_output` is a cap for all models. `sources` are the file's keys by what
    they set (`addon.config.sources`).
    """

    name: str
    base_url: str
    dialect: DialectName = "openai-chat"
    auth: Auth = "key"
    auth_header: AuthHeader = "bearer"
    keys: tuple[str, ...] = field(default=(), repr=False)
    key_strategy: KeyStrategy = "round-robin"
    models: tuple[str, ...] = (ANY,)
    vendor: str = ""
    max_output: int | None = None
    quirks: Mapping[str, Any] = _EMPTY
    params: Mapping[str, Any] = _EMPTY
    headers: Mapping[str, str] = field(default=_EMPTY, repr=False)
    info: Mapping[str, ModelInfo] = _EMPTY
    timeouts: Timeouts = Timeouts()
    retry: Retry = Retry()
    proxy: Proxy = DIRECT
    sources: Mapping[str, str] = field(default=_EMPTY, compare=False)
    _targets: dict[str, Target] = field(default_factory=dict, init=False, repr=False, compare=False)

    def offers(self, model: str) -> bool:
        return ANY in self.models or model in self.models

    def about(self, model: str) -> ModelInfo:
        return self.info.get(model, _NOTHING)

    def target(self, model: str, asked: str = "") -> Target:
        """The model with all that encoding needs; the same object each time. For the model `"*"` it is the one asked for."""
        if model == ANY and asked:
            model = asked
        if model not in self._targets:
            if len(self._targets) >= MAX_TARGETS:
                self._targets.clear()
            self._targets[model] = self._target(model)
        return self._targets[model]

    def _target(self, model: str) -> Target:
        about = self.about(model)
        caps = [(cap, whose) for cap, whose in ((self.max_output, self), (about.max_output, about)) if cap is not None]
        cap, whose = min(caps, key=lambda each: each[0], default=(None, self))
        sources = {**self.sources, **about.sources}
        if cap is not None:
            sources["max_output"] = whose.sources.get("max_output", "max_output")
        return Target(
            provider=self.name,
            model=model,
            base_url=self.base_url,
            quirks=self._quirks(model, about),
            context_window=about.context_window,
            max_output=cap,
            overrides=MappingProxyType({**self.params, **about.params}),
            headers=self.headers,
            sources=MappingProxyType(sources),
        )

    def _quirks(self, model: str, about: ModelInfo) -> Quirks:
        known = quirks_for(about.vendor or self.vendor or self.name, self.base_url, model)
        return apply_quirks(known, {**self.quirks, **about.quirks})

    def limits(self, *, streams: bool) -> Timeouts:
        """The limits of one attempt."""
        return self.timeouts if streams else replace(self.timeouts, first_byte=self.timeouts.whole)

    def credential_header(self, key: str) -> Mapping[str, str]:
        """The header that shows one of this provider's keys; empty for an empty key."""
        if not key:
            return {}
        return {"authorization": f"Bearer {key}"} if self.auth_header == "bearer" else {self.auth_header: key}


@dataclass(frozen=True, slots=True)
class Router:
    """What routing asks the configuration (`addon.routing.decide.Routes`). A route that is not set is missing.

    `models` are each provider's listed models; `everywhere` are the fallbacks of routes that list none of their own.
    """

    routes: Mapping[str, Choice] = _EMPTY
    long_context_threshold: int = 60_000
    models: Mapping[str, tuple[str, ...]] = _EMPTY
    own_fallbacks: Mapping[str, tuple[Choice, ...]] = _EMPTY
    everywhere: tuple[Choice, ...] = ()

    def route(self, name: str) -> Choice | None:
        return self.routes.get(name)

    def fallbacks(self, name: str) -> tuple[Choice, ...]:
        return self.own_fallbacks.get(name, self.everywhere)

    @property
    def default(self) -> Choice | None:
        return self.route("default")

    @property
    def background(self) -> Choice | None:
        return self.route("background")

    @property
    def think(self) -> Choice | None:
        return self.route("think")

    @property
    def long_context(self) -> Choice | None:
        return self.route("longContext")

    @property
    def web_search(self) -> Choice | None:
        return self.route("webSearch")

    @property
    def image(self) -> Choice | None:
        return self.route("image")


@dataclass(frozen=True, slots=True)
class Settings:
    """`source` is the file, or what stands for one, in messages. `left_out` says why by provider name, for providers that
    the file has but that cannot be asked. `client_keys` are what clients must show; empty if none is asked for.
    `official_proxy` is on the way to Anthropic itself.
    """

    source: str
    host: str = "127.0.0.1"
    port: int = 3456
    client_keys: tuple[str, ...] = field(default=(), repr=False)
    providers: Mapping[str, Provider] = _EMPTY
    left_out: Mapping[str, str] = _EMPTY
    router: Router = Router()
    retry: Retry = Retry()
    timeouts: Timeouts = Timeouts()
    official_proxy: Proxy = DIRECT
    log_level: LogLevel = "info"
    claude_path: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def routes(self) -> Router:
        """What routing is given."""
        return self.router


_NOTHING = ModelInfo()
