"""What is to be written, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from addon.config import urls
from addon.config.build import build
from addon.config.document import Document
from addon.config.settings import ANY, Provider
from addon.models.facts import ModelFacts
from translators.providers import known_for, known_named

SOURCE = "the answers given"
LIST_AT_MOST = 12
"""A provider with more models than these has only those listed that a route uses."""


@dataclass(frozen=True, slots=True)
class ProviderPlan:
    """`variable` is the environment variable of its key, "" where it asks for none (`auth` then says so where that is not
    clear by itself). `dialect` is "" where the URL tells. `models` are those that its list has, with what is known of them.
    """

    name: str
    base_url: str
    variable: str = ""
    dialect: str = ""
    auth: str = ""
    models: tuple[ModelFacts, ...] = ()

    @property
    def tree(self) -> dict[str, str]:
        """As it stands in the file, without models."""
        tree = {"name": self.name, "base_url": self.base_url, "dialect": self.dialect, "auth": self.auth}
        if self.variable:
            tree["api_key"] = f"${self.variable}"
        return {key: value for key, value in tree.items() if value}


@dataclass(slots=True)
class Plan:
    """`routes` are `provider,model` by route; `threshold` is longContextThreshold in tokens, None for the default."""

    providers: list[ProviderPlan] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    threshold: int | None = None

    def facts(self) -> dict[str, ModelFacts]:
        return {facts.choice: facts for provider in self.providers for facts in provider.models}

    def listed(self, provider: ProviderPlan) -> list[str]:
        """The models to write into the file: all that can chat if they are few, else those in use. [] for any."""
        chats = [facts.model for facts in provider.models if facts.chats]
        head = f"{provider.name},"
        used = [choice.removeprefix(head) for choice in self.routes.values() if choice.startswith(head)]
        wanted = chats if len(chats) <= LIST_AT_MOST else []
        return [model for model in dict.fromkeys((*used, *wanted)) if model != ANY]


def as_provider(plan: ProviderPlan, env: Mapping[str, str], key: str = "") -> Provider:
    """The provider as the router would have it, with `key` in its variable if given. Raises ConfigError."""
    tree = {"providers": [dict(plan.tree)], "router": {"default": f"{plan.name},{ANY}"}}
    there = {**env, **({plan.variable: key} if plan.variable and key else {})}
    return build(Document(SOURCE, "", tree), there).providers[plan.name]


def provider_plan(env: Mapping[str, str], name: str, base_url: str = "", variable: str = "", dialect: str = "") -> ProviderPlan:
    """With what is known of a provider of that name, or at that URL, filled in. `base_url` stays "" where nothing is known.

    A server of this machine or network asks for no key unless one is named, or set.
    """
    at_url, named = (known_for(base_url) if base_url else None), known_named(name)
    url = base_url or (named.base_url if named else "")
    known = at_url or named
    usual = known.key_variable if known else variable_for(name)
    wanted = variable or usual
    if not variable and urls.is_local(urlsplit(url).hostname or "") and not env.get(wanted, "").strip():
        wanted = ""
    return ProviderPlan(name, url, wanted, dialect)


def variable_for(name: str) -> str:
    """`my-server` has its key in `MY_SERVER_API_KEY`."""
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").upper() or "PROVIDER"
    return f"{'_' if word[0].isdigit() else ''}{word}_API_KEY"
