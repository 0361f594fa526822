"""The file's routes and fallbacks to choices: `provider,model` split at the first comma, every provider known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from addon.config import urls
from addon.config.document import Findings, Path, normal
from addon.config.errors import did_you_mean
from addon.config.schema import ConfigFile, RouterSection
from addon.config.settings import ANY, ROUTE_NAMES, Provider, Router
from addon.config.spelling import Spelling
from addon.routing.choice import Choice

EVERYWHERE = "all"
"""In `fallback`: the list for all routes that have none of their own."""


class RouteReader:
    """`names` are all providers of the file, usable or not; `used` is filled with those that a route or fallback names."""

    def __init__(self, names: Collection[str], spelling: Spelling, findings: Findings) -> None:
        self._names = names
        self._spelling = spelling
        self._findings = findings
        self.used: dict[str, Path] = {}
        self._choices: list[tuple[Choice, Path]] = []
        self._providers: Mapping[str, Provider] = {}

    def read(self, config: ConfigFile, providers: Mapping[str, Provider]) -> Router:
        self._providers = providers
        routes = {name: choice for name, choice in self._routes(config.router) if choice}
        lists = self._fallbacks(config)
        everywhere = lists.pop(EVERYWHERE, ())
        self._warn_unlisted(providers)
        if "default" not in routes and (choice := _to_anthropic(providers)):
            routes["default"] = choice
        return Router(
            routes=MappingProxyType(routes),
            long_context_threshold=config.router.long_context_threshold,
            models=MappingProxyType({name: provider.models for name, provider in providers.items()}),
            own_fallbacks=MappingProxyType(lists),
            everywhere=everywhere,
        )

    def _routes(self, section: RouterSection) -> Iterator[tuple[str, Choice | None]]:
        for field, value in section:
            name = RouterSection.shown.get(field, field)
            if name in ROUTE_NAMES and value:
                yield name, self._choice(value, self._spelling.path(("router", field)))

    def _fallbacks(self, config: ConfigFile) -> dict[str, tuple[Choice, ...]]:
        """Lists by route name, the one for all routes under `EVERYWHERE`."""
        outer, inner = (("fallback",), config.fallback), (("router", "fallback"), config.router.fallback)
        lists: dict[str, tuple[Choice, ...]] = {}
        for spelt, given in (outer, inner):
            if given in (None, "", [], {}):
                continue
            path = self._spelling.path(spelt)
            for name, choices in self._lists(given, path):
                if name in lists:
                    self._findings.problem(path, f"gives `{name}` a second list", "keep one of `fallback` and `Router.fallback`")
                lists[name] = choices
        return lists

    def _lists(self, given: Any, path: Path) -> Iterator[tuple[str, tuple[Choice, ...]]]:
        if not isinstance(given, dict):
            yield EVERYWHERE, self._list(given, path)
            return
        known = {normal(name): name for name in (*ROUTE_NAMES, EVERYWHERE)}
        for key, value in given.items():
            if name := known.get(normal(str(key))):
                yield name, self._list(value, (*path, key))
            else:
                self._findings.problem((*path, key), f"`{key}` is not a route", did_you_mean(str(key), list(known.values())))

    def _list(self, given: Any, path: Path) -> tuple[Choice, ...]:
        items = given if isinstance(given, list) else [given]
        places = [(*path, index) if isinstance(given, list) else path for index in range(len(items))]
        choices = [self._choice(item, place) for item, place in zip(items, places, strict=True) if item not in (None, "")]
        return tuple(choice for choice in choices if choice)

    def _choice(self, value: Any, path: Path) -> Choice | None:
        provider, model = self._split(value) if isinstance(value, str) else ("", "")
        if not provider or not model:
            self._findings.problem(path, f"{self._findings.document.quote(path)} is not `provider,model`", self._form(str(value)))
            return None
        if (name := self._known(provider)) is None:
            hint = did_you_mean(provider, list(self._names))
            self._findings.problem(
                path, f"{self._findings.document.quote(path)} names no configured provider: `{provider}`", hint
            )
            return None
        choice = Choice(name, model)
        self.used.setdefault(name, path)
        self._choices.append((choice, path))
        return choice

    def _form(self, value: str) -> str:
        """What to write in the place of a route that lacks one of its two parts."""
        head = value.partition("," if "," in value else "/")[0].strip()
        if provider := self._known(head):
            return f"name the model, too: `{provider},MODEL`"
        offering = [provider for provider in self._providers.values() if value != ANY and value in provider.models]
        return f"did you mean `{offering[0].name},{value}`?" if offering else did_you_mean(head, list(self._names))

    def _split(self, value: str) -> tuple[str, str]:
        """At the first comma, for models' names hold slashes and commas; without one, at the first slash after a provider."""
        head, comma, rest = value.partition(",")
        if comma:
            return head.strip(), rest.strip()
        head, _, rest = value.partition("/")
        return (head.strip(), rest.strip()) if self._known(head.strip()) else ("", "")

    def _known(self, provider: str) -> str | None:
        if provider in self._names:
            return provider
        return next((name for name in self._names if name.lower() == provider.lower()), None)

    def _warn_unlisted(self, providers: Mapping[str, Provider]) -> None:
        for choice, path in self._choices:
            provider = providers.get(choice.provider)
            if provider is not None and choice.model != ANY and not provider.offers(choice.model):
                where = self._findings.document.show(path)
                self._findings.warn(f"{where}: the provider `{provider.name}` does not list the model `{choice.model}`")


def _to_anthropic(providers: Mapping[str, Provider]) -> Choice | None:
    """Where requests go that no route takes: to Anthropic with the model they name, if Anthropic is configured."""
    for provider in providers.values():
        if urls.split(provider.base_url).hostname == urls.ANTHROPIC_HOST:
            return Choice(provider.name, ANY)
    return None
