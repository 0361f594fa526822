"""The decision: which model answers, why, and which others may step in.

    a model the client named              `provider,model`, `provider/model`, or an id only one provider lists
    the subagent tag                      `<CCR-SUBAGENT-MODEL>provider,model</CCR-SUBAGENT-MODEL>`
    longContext                           more tokens than the threshold
    image                                 an image in the newest turn
    webSearch                             the client's search request
    background                            titles, summaries, other side jobs; subagents on Haiku
    think                                 plan mode, ultrathink, effort above high, thinking demanded in the old way
    default                               everything else

The first rule that applies and whose route is configured decides. One that applies but has no route is passed over, and the
reason says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from addon.routing.choice import Choice
from addon.routing.facts import Facts, facts_of
from addon.routing.kinds import SIDE_KINDS, Kind, is_main_shaped, kind_of
from addon.routing.named import UnknownModel, named_choice
from addon.routing.tag import Tagged, subagent_tag
from translators.contract import Request

__all__ = ["Choice", "Decision", "NoRoute", "Routes", "UnknownModel", "decide"]

DEFAULT: Final = "default"
_EFFORTS_ABOVE_HIGH: Final = frozenset({"xhigh", "max"})
# The text of older clients' check of the account at start, which is no model the user chose.
_QUOTA_CHECK: Final = "quota"


class Routes(Protocol):
    """What of the configuration routing needs. `models` maps each provider's name to the models it lists, in order."""

    @property
    def models(self) -> Mapping[str, Sequence[str]]: ...

    @property
    def long_context_threshold(self) -> int:
        """In tokens; a request of more goes to the longContext route."""
        ...

    def route(self, name: str) -> Choice | None:
        """The choice of `default`, `background`, `think`, `longContext`, `webSearch` or `image`; None where it has none."""
        ...

    def fallbacks(self, name: str) -> Sequence[Choice]:
        """Who may step in on this route, best first: its own list or else the one for all routes."""
        ...


class NoRoute(Exception):
    """Nothing is configured that could answer this request."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind` says what the request is, `route` which rule decided: a route's name, `explicit` or `subagent`.

    `reason` is one line for people. `request` is the one to encode: the client's, without a subagent tag. `facts` are those it
    was decided by.
    """

    kind: Kind
    route: str
    choice: Choice
    reason: str
    fallbacks: tuple[Choice, ...]
    named_by_client: bool
    request: Request
    facts: Facts


def decide(request: Request, tokens: int, routes: Routes, *, counting: bool = False) -> Decision:
    """Chooses for `request`, whose input was counted or estimated as `tokens`. `counting`: it only asks for a token count.

    Raises `UnknownModel` if the client named a provider that is not configured, `NoRoute` if there is no default route.
    """
    facts = facts_of(request, tokens)
    kind = kind_of(facts, counting=counting)
    tagged = subagent_tag(request, is_subagent=facts.is_subagent)
    if tagged is not None:
        request = tagged.request
    route, choice, reason = _named(facts, tagged, routes) or _routed(facts, kind, routes)
    named = route in ("explicit", "subagent")
    others = routes.fallbacks(DEFAULT if named else route)
    return Decision(
        kind=kind,
        route=route,
        choice=choice,
        reason=reason,
        fallbacks=tuple(dict.fromkeys(other for other in others if other != choice)),
        named_by_client=named,
        request=request,
        facts=facts,
    )


def _named(facts: Facts, tagged: Tagged | None, routes: Routes) -> tuple[str, Choice, str] | None:
    if choice := named_choice(facts.model, routes.models):
        return "explicit", choice, f"the client named `{facts.model}`"
    if tagged is None:
        return None
    choice = named_choice(tagged.model, routes.models)
    if choice is None:
        raise UnknownModel(f"subagent tag `{tagged.model}`: names no configured model; hint: write it as `provider,model`")
    return "subagent", choice, f"the subagent's tag names `{tagged.model}`"


def _routed(facts: Facts, kind: Kind, routes: Routes) -> tuple[str, Choice, str]:
    passed: list[str] = []
    for route, reason in _applying(facts, kind, routes.long_context_threshold):
        if choice := routes.route(route):
            return route, choice, "; ".join((*passed, reason))
        passed.append(f"{reason}, but no {route} route")
    choice = routes.route(DEFAULT)
    if choice is None:
        raise NoRoute("no route answers this request; hint: set `Router.default` to `provider,model`")
    return DEFAULT, choice, f"{'; '.join(passed)}: default" if passed else _plain_reason(kind)


def _applying(facts: Facts, kind: Kind, threshold: int) -> Iterator[tuple[str, str]]:
    """The rules that apply, first one first, each with the fact that makes it apply."""
    if kind == "count":
        return
    if facts.tokens > threshold:
        yield "longContext", f"{facts.tokens:,} tokens > {threshold:,}"
    if facts.image:
        yield "image", "an image in the newest turn"
    if kind == "web search":
        yield "webSearch", "web search"
    if reason := _background(facts, kind):
        yield "background", reason
    if reason := _think(facts, kind):
        yield "think", reason


def _background(facts: Facts, kind: Kind) -> str:
    if kind in SIDE_KINDS:
        return f"{kind} on Haiku" if facts.is_haiku else "side job" if kind == "side job" else f"{kind} request"
    if not facts.is_haiku:
        return ""
    if kind == "subagent":
        return "subagent on Haiku"
    # A probe of Haiku typed into `/model` tests the model of a session, whose turns go to the default route.
    if kind == "probe" and facts.text.strip() == _QUOTA_CHECK:
        return "quota check on Haiku"
    return "Haiku beside the session" if kind == "web search" and not is_main_shaped(facts) else ""


def _think(facts: Facts, kind: Kind) -> str:
    """Why this turn calls for a reasoning model. `adaptive` does not: the client sends it with every main turn."""
    if kind in ("compaction", "probe"):
        return ""
    if facts.plan_mode:
        return "plan mode"
    if facts.ultrathink:
        return "ultrathink"
    if facts.effort in _EFFORTS_ABOVE_HIGH and facts.thinking != "disabled":
        return f"effort {facts.effort}"
    if facts.thinking == "enabled" and not facts.is_haiku:
        return f"thinking enabled, {facts.budget:,} tokens"
    return ""


def _plain_reason(kind: Kind) -> str:
    return "nothing special" if kind == "main" else kind
