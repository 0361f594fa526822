from __future__ import annotations

import pytest

from translators.anthropic.passthrough import PassthroughExchange
from translators.contract import Reply, Target, WireRequest
from translators.exchange import Exchange
from translators.registry import dialect_of, open_answer

TARGET = Target("p", "m", "https://host.example")
WIRE = WireRequest("https://host.example/v1", {}, b"{}", streams=True)
REPLY = Reply("msg_1", "claude", streams=True, input_estimate=1)


@pytest.mark.parametrize(("name", "kind"), [("anthropic", PassthroughExchange), ("openai-chat", Exchange)])
def test_each_dialect_has_its_encoder_and_its_answer(name: str, kind: type) -> None:
    assert dialect_of(name).name == name
    assert isinstance(open_answer(name, TARGET, WIRE, REPLY), kind)


def test_an_unknown_dialect_is_an_error() -> None:
    with pytest.raises(KeyError):
        dialect_of("smoke-signals")
