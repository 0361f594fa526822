"""`ccr init` without a conversation: everything comes from flags and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from addon.cli.failure import Failed
from addon.config.errors import ConfigError, did_you_mean, listed
from addon.ledger import catalogue
from addon.models.facts import ModelFacts, facts_of
from addon.models.keys import KeyTest, check_key
from addon.setup.offers import PLACEHOLDER, offers
from addon.setup.plan import Plan, ProviderPlan, as_provider, provider_plan, variable_for
from addon.setup.proposal import propose, threshold
from translators.providers import known_for, known_named

LACKING = (
    "this is not a terminal, so nothing can be asked: name a provider with `--provider` (and `--base-url`, `--key-var` where it"
    " is not a known one) and a `--model`, or an old file with `--from`"
)


@dataclass(frozen=True, slots=True)
class Flags:
    """As given; "" for what was not."""

    provider: str = ""
    base_url: str = ""
    key_var: str = ""
    dialect: str = ""
    model: str = ""
    background: str = ""
    think: str = ""
    long_context: str = ""

    @property
    def routes(self) -> dict[str, str]:
        given = {"default": self.model, "background": self.background, "think": self.think, "longContext": self.long_context}
        return {route: model for route, model in given.items() if model}


def plan_of(flags: Flags, env: Mapping[str, str], *, test: bool) -> tuple[Plan, list[str]]:
    """What the flags come to, and what is to be told. Tests the key unless told not to. Raises Failed."""
    chosen = _provider(flags, env)
    said: list[str] = []
    if test and chosen.auth != "client":
        outcome = try_out(chosen, env, "", flags.model)
        said.append(_judged(outcome, chosen))
        chosen = with_models(chosen, outcome, env)
    elif not test:
        said.append(f"{chosen.name}: its key was not tested (`--no-test`)")
    plan = Plan([chosen])
    plan.routes = _routes(flags, chosen)
    plan.threshold = threshold(plan.routes, plan.facts())
    return plan, said


def try_out(chosen: ProviderPlan, env: Mapping[str, str], key: str, model: str = "") -> KeyTest:
    """A live call to the provider of a plan, with `key`, else the one in its variable. Raises Failed."""
    try:
        provider = as_provider(chosen, env, key)
    except ConfigError as error:
        where = f"\nthe key is in ${chosen.variable}" if chosen.variable and not key else ""
        raise Failed(f"{error}{where}") from None
    return check_key(provider, next(iter(provider.keys), ""), model)


def with_models(chosen: ProviderPlan, outcome: KeyTest, env: Mapping[str, str], key: str = "") -> ProviderPlan:
    """The plan with the models that its list has. Where it has none, those that the bundled data knows of."""
    catalogue.load()
    provider = as_provider(chosen, env, key)
    return replace(chosen, models=tuple(facts_of(provider, listed) for listed in outcome.models))


def anthropic_login(chosen: ProviderPlan) -> ProviderPlan:
    """Anthropic with Claude Code's own login: no key, any model, each request as the client meant it."""
    return replace(chosen, variable="", auth="client", models=())


def _provider(flags: Flags, env: Mapping[str, str]) -> ProviderPlan:
    name = flags.provider or _name_at(flags.base_url) or _found(env)
    chosen = provider_plan(env, name, flags.base_url, flags.key_var, flags.dialect)
    if not chosen.base_url:
        known = "" if known_named(name) else f"; {did_you_mean(name, [offer.name for offer in offers(env)])}"
        raise Failed(f"the provider `{name}` is not known here; hint: give its URL with `--base-url`{known}")
    if PLACEHOLDER in chosen.base_url:
        raise Failed(f"`{name}` needs its own URL; hint: --base-url {chosen.base_url}, with yours in the place of {PLACEHOLDER}")
    if chosen.variable and not env.get(chosen.variable, "").strip():
        if chosen.name == "anthropic" and not flags.key_var and not flags.base_url:
            return anthropic_login(chosen)
        raise Failed(
            f"the environment variable `{chosen.variable}` is not set; hint: export {chosen.variable}=… first, "
            "or name another one with `--key-var`"
        )
    return chosen


def _name_at(base_url: str) -> str:
    known = known_for(base_url) if base_url else None
    return known.name if known else "custom" if base_url else ""


def _found(env: Mapping[str, str]) -> str:
    """The only provider that is ready."""
    ready = [offer for offer in offers(env) if offer.ready]
    if len(ready) == 1:
        return ready[0].name
    if ready:
        raise Failed(f"several providers could be set up: {listed(o.name for o in ready)}; hint: choose one with `--provider`")
    raise Failed(f"no key was found in the environment, and no server answers on this machine; hint: {LACKING}")


def _judged(outcome: KeyTest, chosen: ProviderPlan) -> str:
    """The sentence for a test that went well enough. Raises Failed."""
    what = f"{chosen.name}: {outcome.said}"
    if outcome.state in ("works", "unproved"):
        return what
    key = f" (the key is in ${chosen.variable})" if chosen.variable else ""
    hint = outcome.hint or "see the message"
    if outcome.state == "refused" and not chosen.variable:
        hint = f"name the variable that holds its key: `--key-var {variable_for(chosen.name)}`"
    raise Failed(f"{what}{key}\nhint: {hint}; `--no-test` writes the file all the same")


def _routes(flags: Flags, chosen: ProviderPlan) -> dict[str, str]:
    if chosen.auth == "client":
        return {"default": f"{chosen.name},{flags.model or '*'}", **_given(flags, chosen)}
    proposed = propose(chosen.models) if not flags.model else {}
    routes = {**proposed, **_given(flags, chosen)}
    if "default" not in routes:
        raise Failed(f"`{chosen.name}` shows no list of models to choose from; hint: name one with `--model`")
    if flags.model and chosen.models:
        routes = {**_beside(chosen.models, routes["default"]), **routes}
    return routes


def _beside(models: tuple[ModelFacts, ...], default: str) -> dict[str, str]:
    """What is proposed where the default is given: a cheaper model for side jobs, a larger one for long prompts."""
    return {**propose(models), "think": default, "default": default}


def _given(flags: Flags, chosen: ProviderPlan) -> dict[str, str]:
    known = {facts.model for facts in chosen.models}
    routes = {}
    for route, given in flags.routes.items():
        model = given.removeprefix(f"{chosen.name},")
        if known and model not in known:
            hint = (
                did_you_mean(model, sorted(known)) if len(known) < 40 or _close(model, known) else "`ccr model search` finds some"
            )
            raise Failed(f"{chosen.name} does not list the model `{model}`; hint: {hint}")
        routes[route] = f"{chosen.name},{model}"
    return routes


def _close(model: str, known: set[str]) -> bool:
    return did_you_mean(model, sorted(known)).startswith("did you mean")
