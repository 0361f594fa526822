"""The conversation of `ccr init`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from addon.config import urls
from addon.config.errors import ConfigError
from addon.models.facts import ModelFacts
from addon.models.keys import KeyTest
from addon.models.table import brief
from addon.setup.flags import Flags, anthropic_login, try_out, with_models
from addon.setup.offers import PLACEHOLDER, Offer, is_set, offers
from addon.setup.plan import Plan, ProviderPlan, as_provider, provider_plan, variable_for
from addon.setup.proposal import propose, threshold
from addon.setup.questions import Questions
from addon.setup.rendering import MEANINGS
from translators.providers import known_for, known_named

ROUTES = ("default", "background", "think", "longContext")
OTHER = "another one, by its URL"


@dataclass(slots=True)
class Dialogue:
    """Asks for all that the flags leave open."""

    ask: Questions
    env: Mapping[str, str]
    flags: Flags
    test: bool = True

    def wants_import(self, old: Path) -> bool:
        self.ask.say(f"Claude Code Router's configuration is here: {old}")
        return self.ask.yes("Take it over? (It stays as it is; keys are not copied)", default=True)

    def plan(self) -> Plan:
        plan = Plan()
        while True:
            plan.providers = [*plan.providers, self._provider([provider.name for provider in plan.providers])]
            if self.flags.provider or self.flags.base_url or not self.ask.yes("Add another provider?", default=False):
                break
        self._routes(plan)
        return plan

    # --- one provider

    def _provider(self, taken: list[str]) -> ProviderPlan:
        chosen = self._chosen(taken)
        if chosen.auth == "client":
            self.ask.good("anthropic: Claude Code's own login is passed on; nothing to test")
            return chosen
        key = ""
        while True:
            chosen, key = self._with_key(chosen)
            if not self.test:
                return chosen
            with self.ask.console.status(f"asking {chosen.name} …"):
                outcome = try_out(chosen, self.env, key, self.flags.model)
            if self._goes_on(chosen, outcome):
                return with_models(chosen, outcome, self.env, key)
            chosen = self._mended(chosen, refused=outcome.state == "refused")

    def _chosen(self, taken: list[str]) -> ProviderPlan:
        flags, name, url = self.flags, self.flags.provider, self.flags.base_url
        if not name and not url:
            name = self._offered(taken)
        if not name:
            url = url or self._url("Its base URL, such as https://host/v1")
            name = self._name(url, taken)
        chosen = provider_plan(self.env, name, url, flags.key_var, flags.dialect)
        if not chosen.base_url or PLACEHOLDER in chosen.base_url:
            given = self._url(f"{name}'s base URL" + (f", such as {chosen.base_url}" if chosen.base_url else ""))
            chosen = provider_plan(self.env, name, given, flags.key_var, flags.dialect)
        login = chosen.name == "anthropic" and not is_set(self.env, chosen.variable) and not flags.key_var and not url
        return anthropic_login(chosen) if login else chosen

    def _offered(self, taken: list[str]) -> str:
        with self.ask.console.status("looking for keys and servers …"):
            found = [offer for offer in offers(self.env) if offer.name not in taken]
        width = max(len(offer.name) for offer in found)
        self.ask.say("\nProviders:")
        for number, offer in enumerate(found, start=1):
            mark = "✓" if offer.ready else " "
            self.ask.say(f"  {number:>2} {mark} {offer.name:<{width}}  {offer.reason}", _style(offer))
        self.ask.say(f"   0   {OTHER}")
        return self.ask.one_of("Which one? (number or name)", [offer.name for offer in found], "1")

    def _url(self, question: str) -> str:
        while True:
            given = _with_scheme(self.ask.text(question))
            try:
                urls.split(given)
            except urls.BadUrl as error:
                self.ask.bad(f"`{given}` {error}; {error.hint}")
            else:
                return given

    def _name(self, url: str, taken: list[str]) -> str:
        known = known_for(url)
        usual = known.name if known and known.name not in taken else "custom"
        while True:
            name = self.ask.text("What shall routes call it?", usual)
            if name and "," not in name and name not in taken:
                return name
            self.ask.bad("a name without commas, which no other provider has, please")

    # --- its key

    def _with_key(self, chosen: ProviderPlan) -> tuple[ProviderPlan, str]:
        """The plan, and a key that was typed in, which is used for the test alone."""
        if not chosen.variable and (self.flags.key_var or not self._may_need_key(chosen)):
            return chosen, ""
        if chosen.variable and is_set(self.env, chosen.variable):
            self.ask.say(f"{chosen.name}: the key in ${chosen.variable} is used")
            return chosen, ""
        variable = chosen.variable or variable_for(chosen.name)
        self.ask.say(f"{chosen.name}: ${variable} is not set. Paste the key to try it: it is neither shown nor kept.")
        key = self.ask.key("Key (Enter: without a test now)")
        if not key:
            self.test = False
        return replace(chosen, variable=variable), key

    def _may_need_key(self, chosen: ProviderPlan) -> bool:
        return known_named(chosen.name) is None and self.ask.yes(f"Does {chosen.name} ask for a key?", default=False)

    def _goes_on(self, chosen: ProviderPlan, outcome: KeyTest) -> bool:
        if outcome.works:
            self.ask.good(f"{chosen.name}: {outcome.said}")
            return True
        self.ask.bad(f"{chosen.name}: {outcome.said}")
        if outcome.hint:
            self.ask.say(f"  hint: {outcome.hint}")
        if outcome.state == "unproved":
            return True
        return not self.ask.yes("Try again?", default=True) and self._anyway()

    def _anyway(self) -> bool:
        if self.ask.yes("Go on with it all the same?", default=False):
            return True
        raise KeyboardInterrupt

    def _mended(self, chosen: ProviderPlan, *, refused: bool) -> ProviderPlan:
        """Before another try: the address and the variable may be other ones. A server that `refused` wants a key."""
        url = self.ask.text("Base URL", chosen.base_url)
        usual = chosen.variable or (variable_for(chosen.name) if refused else "")
        variable = self.ask.text("Variable of the key", usual) if usual else ""
        changed = replace(chosen, base_url=url, variable=variable)
        try:
            as_provider(changed, self.env, "x")
        except ConfigError as error:
            self.ask.bad(str(error))
            return chosen
        return changed

    # --- routes

    def _routes(self, plan: Plan) -> None:
        models = [facts for provider in plan.providers for facts in provider.models]
        first = plan.providers[0]
        if first.auth == "client":
            plan.routes = {"default": f"{first.name},*"}
        proposed = propose(first.models or models)
        plan.routes = {**proposed, **plan.routes, **self._from_flags(first)}
        if "default" not in plan.routes:
            self.ask.say(f"\n{first.name} shows no list of models.")
            plan.routes["default"] = self._typed(first)
        while True:
            self._set_threshold(plan)
            self._show(plan)
            if self.ask.yes("Take these?", default=True):
                return
            self._change(plan, models)

    def _from_flags(self, first: ProviderPlan) -> dict[str, str]:
        head = f"{first.name},"
        return {route: head + model.removeprefix(head) for route, model in self.flags.routes.items()}

    def _typed(self, provider: ProviderPlan) -> str:
        while True:
            model = self.ask.text(f"Which model of {provider.name} for everything?")
            if model:
                return f"{provider.name},{model.removeprefix(f'{provider.name},')}"

    def _change(self, plan: Plan, models: list[ModelFacts]) -> None:
        route = self.ask.one_of("Which route?", ROUTES, "default")
        if route and not models:
            plan.routes[route] = self._typed(plan.providers[0])
        elif route:
            plan.routes[route] = self.ask.model(route, models, plan.routes.get(route, ""))

    def _set_threshold(self, plan: Plan) -> None:
        plan.threshold = threshold(plan.routes, plan.facts())

    def _show(self, plan: Plan) -> None:
        facts = plan.facts()
        self.ask.say("\nRoutes:")
        for number, route in enumerate(ROUTES, start=1):
            choice = plan.routes.get(route, "")
            self.ask.say(f"  {number} {route:<12} {choice or '- (default answers)'}{brief(facts.get(choice))}")
            self.ask.say(f"    {'':<12} {MEANINGS[route]}", "dim")


def _with_scheme(url: str) -> str:
    """`localhost:8000/v1` is what people type; elsewhere nobody serves without TLS."""
    host = url.partition("/")[0].partition(":")[0]
    if "://" in url or not host or not re.fullmatch(r"[\w.-]+(:\d+)?(/\S*)?", url):
        return url
    return f"{'http' if urls.is_local(host) else 'https'}://{url}"


def _style(offer: Offer) -> str:
    return "bold" if offer.ready else ""
