from __future__ import annotations

from dataclasses import replace

import pytest

from addon.config.settings import ANY, MAX_TARGETS, ModelInfo, Provider, Router, Settings
from addon.routing.choice import Choice

PROVIDER = Provider(name="p", base_url="https://h.example/v1", keys=("k",), models=("a", "b"))


def test_a_model_s_target_is_made_once() -> None:
    assert PROVIDER.target("a") is PROVIDER.target("a")
    assert PROVIDER.target("a") is not PROVIDER.target("b")


def test_targets_do_not_pile_up() -> None:
    provider = replace(PROVIDER)
    for number in range(3 * MAX_TARGETS):
        assert provider.target(f"invented-{number}").model == f"invented-{number}"
    assert len(provider._targets) <= MAX_TARGETS


@pytest.mark.parametrize(("model", "asked", "sent"), [("a", "claude-x", "a"), (ANY, "claude-x", "claude-x"), (ANY, "", ANY)])
def test_any_model_is_the_one_asked_for(model: str, asked: str, sent: str) -> None:
    assert PROVIDER.target(model, asked).model == sent


def test_a_provider_offers_what_it_lists_or_anything() -> None:
    assert (PROVIDER.offers("a"), PROVIDER.offers("z")) == (True, False)
    assert replace(PROVIDER, models=(ANY,)).offers("z")


def test_the_smaller_cap_holds() -> None:
    provider = replace(PROVIDER, max_output=100, info={"a": ModelInfo(max_output=50), "b": ModelInfo(max_output=500)})
    assert [provider.target(model).max_output for model in ("a", "b", "c")] == [50, 100, 100]


def test_a_route_s_own_fallbacks_come_before_those_for_all() -> None:
    one, other = Choice("p", "a"), Choice("p", "b")
    router = Router(own_fallbacks={"think": (one,), "image": ()}, everywhere=(other,))
    assert [router.fallbacks(name) for name in ("think", "image", "default", "explicit")] == [(one,), (), (other,), (other,)]


def test_no_repr_shows_a_credential() -> None:
    provider = replace(PROVIDER, keys=("sk-secret",), headers={"X": "secret"})
    assert "secret" not in repr(Settings("x", client_keys=("secret",), providers={"p": provider}))
