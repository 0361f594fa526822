"""The dialects, by the name that a configuration gives them."""

from __future__ import annotations

from translators.anthropic.dialect import ANTHROPIC
from translators.anthropic.passthrough import PassthroughExchange
from translators.contract import Dialect, Encoder, Reply, Target, WireRequest
from translators.exchange import Exchange
from translators.openai_chat.dialect import OPENAI_CHAT

type AnyExchange = Exchange | PassthroughExchange

_TRANSLATED: dict[str, Dialect] = {OPENAI_CHAT.name: OPENAI_CHAT}


def dialect_of(name: str) -> Encoder:
    """Raises KeyError for a dialect that there is none of; the configuration knows which there are."""
    return ANTHROPIC if name == ANTHROPIC.name else _TRANSLATED[name]


def open_answer(name: str, target: Target, wire: WireRequest, reply: Reply) -> AnyExchange:
    """What turns one provider answer into the client's: a translation, or a passage where both speak the same."""
    if name == ANTHROPIC.name:
        return PassthroughExchange(target, wire, reply)
    return Exchange(_TRANSLATED[name], target, wire, reply)
