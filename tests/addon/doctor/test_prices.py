from __future__ import annotations

from typing import Any

import pytest

from tests.addon.doctor.place import KEY, Place, only


def two_models(default: float, background: float, *, routed: bool = True) -> dict[str, Any]:
    """A provider with a model for each route, at prices in US dollars for a million tokens in; five times that out."""
    prices = {"large": default, "small": background}
    info = {name: {"price": {"input": each, "output": 5 * each}} for name, each in prices.items()}
    provider = {
        "name": "acme",
        "base_url": "https://api.acme.example/v1",
        "api_key": "$K",
        "models": [*prices],
        "model_info": info,
    }
    router = {"default": "acme,large", **({"background": "acme,small"} if routed else {})}
    return {"providers": [provider], "router": router}


def look(place: Place, config: dict[str, Any]) -> Any:
    place.env["K"] = KEY
    place.config(config)
    return only(place.look("background", offline=True))


def test_a_cheap_background_model_is_fine(place: Place) -> None:
    found = look(place, two_models(3, 0.1))
    assert found.level == "ok"
    assert "acme,small ($0.10 in, $0.50 out for a million tokens)" in found.what


def test_one_that_costs_more_than_the_work_itself_is_a_warning(place: Place) -> None:
    found = look(place, two_models(1, 2))
    assert found.level == "warning"
    assert "costs more than the work itself" in found.what
    assert "router.background" in found.where


def test_without_a_route_the_expensive_default_does_it_and_the_cheap_model_is_named(place: Place) -> None:
    found = look(place, two_models(3, 0.1, routed=False))
    assert found.level == "warning"
    assert "there is no background route" in found.what
    assert "ccr model use background acme,small" in found.fix


def test_an_expensive_model_beside_a_cheap_one_of_the_same_provider_is_a_warning(place: Place) -> None:
    config = two_models(3, 0.1)
    config["router"]["background"] = "acme,large"
    found = look(place, config)
    assert found.level == "warning"
    assert "ccr model use background acme,small" in found.fix


def test_one_cheap_model_for_everything_is_fine(place: Place) -> None:
    assert look(place, two_models(0.1, 0.02, routed=False)).level == "ok"


@pytest.mark.parametrize(("model", "level"), [("claude-opus-4-5", "warning"), ("claude-haiku-4-5", "ok")])
def test_the_price_table_knows_the_known_providers(place: Place, model: str, level: str) -> None:
    provider = {"name": "anthropic", "api_key": "$K", "models": ["*"]}
    found = look(place, {"providers": [provider], "router": {"default": f"anthropic,{model}"}})
    assert found.level == level
    assert level == "ok" or "haiku" in found.fix


def test_a_price_that_nobody_knows_is_a_note(place: Place) -> None:
    config = two_models(1, 1)
    del config["providers"][0]["model_info"]
    assert look(place, config).level == "note"


def test_a_server_of_one_s_own_is_fine(place: Place) -> None:
    found = look(place, {"providers": [{"name": "ollama", "models": ["qwen"]}], "router": {"default": "ollama,qwen"}})
    assert "a server of your own" in found.what


def test_the_client_s_choice_is_left_to_it(place: Place) -> None:
    assert "asks for" in only(place.look("background", offline=True), "ok").what
