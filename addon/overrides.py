"""What is changed while the router runs, on top of the configuration: other models for routes, or nothing but Anthropic.

Lost when the program ends; kept across a reload of the configuration as far as that still has the providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from addon.config import urls
from addon.config.build import ANTHROPIC
from addon.config.errors import did_you_mean, listed
from addon.config.settings import ANY, ROUTE_NAMES, Provider, RouteName, Router, Settings
from addon.routing.choice import Choice
from addon.routing.decide import Decision
from addon.routing.facts import facts_of
from addon.routing.kinds import kind_of
from translators.contract import Request

PASSTHROUGH = "passthrough"
"""What such a decision calls its route."""

PASSTHROUGH_REASON = "passthrough is on: as without a router; `ccr.passthrough off` ends it"
OFF = ("", "off")


@dataclass(frozen=True, slots=True)
class Overrides:
    """`routes` answer in the place of the configured ones, `passthrough` in the place of all."""

    routes: Mapping[str, Choice] = field(default_factory=dict)
    passthrough: bool = False

    def with_route(self, route: RouteName, choice: Choice | None) -> Overrides:
        others = {name: other for name, other in self.routes.items() if name != route}
        return replace(self, routes=others if choice is None else {**others, route: choice})

    def kept_by(self, settings: Settings) -> Overrides:
        """Those whose provider the settings have."""
        return replace(
            self, routes={name: choice for name, choice in self.routes.items() if choice.provider in settings.providers}
        )

    def apply(self, settings: Settings) -> Settings:
        """The settings in force."""
        if self.passthrough:
            official = official_provider(settings)
            router = Router(routes=MappingProxyType({"default": Choice(official.name, ANY)}))
            return replace(settings, providers=MappingProxyType({**settings.providers, official.name: official}), router=router)
        if not self.routes:
            return settings
        router = replace(settings.router, routes=MappingProxyType({**settings.router.routes, **self.routes}))
        return replace(settings, router=router)

    def explain(self, decision: Decision) -> Decision:
        """The decision, with the override that made it in its reason."""
        if decision.route not in self.routes:
            return decision
        return replace(decision, reason=f"{decision.reason}; {decision.choice} by `ccr.use {decision.route}`")


def passed_through(request: Request, tokens: int, router: Router, *, counting: bool) -> Decision:
    """The decision for a request that goes to Anthropic as it came: whatever model it names, its tags, all of it."""
    facts = facts_of(request, tokens)
    choice = router.routes["default"]
    kind = kind_of(facts, counting=counting)
    return Decision(kind, PASSTHROUGH, choice, PASSTHROUGH_REASON, (), named_by_client=False, request=request, facts=facts)


def official_provider(settings: Settings) -> Provider:
    """Who is given the client's own login: a provider of the configuration, Anthropic before others, else the built-in one."""
    shown = [provider for provider in settings.providers.values() if provider.auth == "client"]
    shown.sort(key=lambda provider: urls.split(provider.base_url).hostname != urls.ANTHROPIC_HOST)
    if shown:
        return shown[0]
    name = next(name for name in ("anthropic", "anthropic-official", "official Anthropic") if name not in settings.providers)
    return replace(ANTHROPIC, name=name, proxy=settings.official_proxy, timeouts=settings.timeouts)


def route_named(route: str) -> RouteName:
    """The route that is meant, in any letter case. Raises ValueError with a sentence."""
    for name in ROUTE_NAMES:
        if name.lower() == route.lower():
            return name
    raise ValueError(f"`{route}` is not a route; hint: {did_you_mean(route, list(ROUTE_NAMES))}")


def choice_named(model: str, settings: Settings) -> Choice:
    """The choice that `provider,model` or `provider/model` spells. Raises ValueError with a sentence."""
    separator = "," if "," in model else "/"
    head, _, rest = (part.strip() for part in model.partition(separator))
    if not head or not rest:
        raise ValueError(f"`{model}` is not `provider,model`; hint: configured are {listed(settings.providers)}")
    if why := settings.left_out.get(head):
        raise ValueError(f"`{head}` cannot be asked: {why}")
    provider = next((known for known in settings.providers.values() if known.name.lower() == head.lower()), None)
    if provider is None:
        raise ValueError(f"no provider is called `{head}`; hint: {did_you_mean(head, list(settings.providers))}")
    return Choice(provider.name, rest)
