"""Which model a replayed request goes to, whatever the routes say: `ccr_model`, or what the flow's own metadata asks for."""

from __future__ import annotations

from typing import Final

from mitmproxy import ctx, http

from addon.config.errors import did_you_mean, listed
from addon.config.settings import Settings
from addon.overrides import choice_named
from addon.replay.kept import ASKED, RECORDED
from addon.routing.choice import Choice
from addon.routing.decide import DEFAULT, Decision, UnknownModel
from addon.routing.facts import facts_of
from addon.routing.kinds import kind_of
from addon.routing.shapes import as_dict, as_str
from addon.routing.tag import subagent_tag
from translators.contract import Request

OPTION: Final = "ccr_model"
ROUTE: Final = "replay"
"""What such a decision calls its route."""


def model_named(model: str, settings: Settings) -> Choice:
    """The choice that `provider,model` spells, if the configuration offers it. Raises ValueError with a sentence."""
    choice = choice_named(model, settings)
    provider = settings.providers[choice.provider]
    if not provider.offers(choice.model):
        hint = did_you_mean(choice.model, provider.models) if provider.models else "add it to the provider's `models`"
        raise ValueError(f"`{provider.name}` lists no model `{choice.model}`; hint: {hint or listed(provider.models)}")
    return choice


def asked_model(flow: http.HTTPFlow) -> str:
    """The `provider,model` that this flow is to be replayed against, "" where the routes decide."""
    if flow.is_replay != "request":
        return ""
    own = as_str(as_dict(flow.metadata.get(ASKED)).get("model"))
    return own or (getattr(ctx.options, OPTION) if OPTION in ctx.options else "")


def decision_for(flow: http.HTTPFlow, request: Request, tokens: int, settings: Settings) -> Decision | None:
    """The decision for a replay with a model of its own; None for any other flow. Raises `UnknownModel`."""
    model = asked_model(flow)
    if not model:
        return None
    try:
        choice = model_named(model, settings)
    except ValueError as error:
        raise UnknownModel(f"replay against `{model}`: {error}") from error
    alone = as_dict(flow.metadata.get(ASKED)).get("fallback") is False
    others = () if alone else settings.router.fallbacks(DEFAULT)
    facts = facts_of(request, tokens)
    tagged = subagent_tag(request, is_subagent=facts.is_subagent)
    return Decision(
        kind=kind_of(facts),
        route=ROUTE,
        choice=choice,
        reason=_reason(flow),
        fallbacks=tuple(dict.fromkeys(other for other in others if other != choice)),
        named_by_client=False,
        request=tagged.request if tagged else request,
        facts=facts,
    )


def _reason(flow: http.HTTPFlow) -> str:
    of = as_str(as_dict(flow.metadata.get(ASKED)).get("of"))
    old = as_dict(as_dict(flow.metadata.get(RECORDED)).get("record"))
    recorded = f"{old['provider']},{old['model']}" if old.get("provider") else "a capture without a record"
    return f"replay of {of[:8]}, recorded from {recorded}" if of else f"replay, recorded from {recorded}"
