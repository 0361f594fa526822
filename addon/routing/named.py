"""A model that the client named itself, instead of leaving the choice to the routes.

prov,model     typed as `/model prov,model`, or sent by an SDK; split at the first comma (model ids hold `/`, `:` and commas)
prov/model     where `prov` is a configured provider
model          where exactly one provider lists it; never a Claude id, which is what the client sends when nobody chose
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Final

from addon.routing.choice import Choice

_CLAUDE_IDS: Final = ("claude", "anthropic")
_ANY_MODEL: Final = "*"


class UnknownModel(Exception):
    """The client named a provider that is not configured. The message is for the client: 404 `not_found_error`."""


def named_choice(model: str, models: Mapping[str, Sequence[str]]) -> Choice | None:
    """The choice that `model` spells, or None if it spells none. `models` are the configured providers' listed models.

    Raises `UnknownModel` for `prov,model` with no such provider, or with no model.
    """
    if "," in model:
        return _with_comma(model, models)
    head, slash, rest = model.partition("/")
    if slash and rest and (provider := _provider(head, models)):
        return Choice(provider, _listed(rest, models[provider]))
    return _listed_once(model, models)


def _with_comma(model: str, models: Mapping[str, Sequence[str]]) -> Choice:
    head, _, rest = (part.strip() for part in model.partition(","))
    provider = _provider(head, models)
    if provider is None:
        raise UnknownModel(f"model `{model}`: no provider is called `{head}`; {_hint(head, models)}")
    if not rest:
        raise UnknownModel(
            f"model `{model}`: no model is named after the comma; hint: `{provider}` offers {_some(models[provider])}"
        )
    return Choice(provider, _listed(rest, models[provider]))


def _provider(name: str, models: Mapping[str, Sequence[str]]) -> str | None:
    """The configured spelling of a provider's name, whose case the client need not match."""
    if name in models:
        return name
    wanted = name.lower()
    return next((known for known in models if known.lower() == wanted), None)


def _listed(model: str, listed: Sequence[str]) -> str:
    """The listed spelling of a model's id; one that is not listed goes out as it was named, for lists need not be complete."""
    if model in listed:
        return model
    wanted = model.lower()
    return next((known for known in listed if known.lower() == wanted), model)


def _listed_once(model: str, models: Mapping[str, Sequence[str]]) -> Choice | None:
    if not model or model == _ANY_MODEL or model.lower().startswith(_CLAUDE_IDS):
        return None
    owners = [provider for provider, listed in models.items() if model in listed]
    return Choice(owners[0], model) if len(owners) == 1 else None


def _hint(name: str, models: Mapping[str, Sequence[str]]) -> str:
    if not models:
        return "hint: no provider is configured"
    folded = {known.lower(): known for known in models}
    close = [f"`{folded[key]}`" for key in difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.5)]
    return f"hint: did you mean {' or '.join(close)}?" if close else f"hint: configured are {_some(tuple(models))}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown or "no listed model"
