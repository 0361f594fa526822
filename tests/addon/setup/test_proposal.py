from __future__ import annotations

from typing import Any

import pytest

from addon.config.settings import Price
from addon.models.facts import ModelFacts
from addon.setup.proposal import propose, threshold


def model(name: str, context: int | None = None, price: tuple[float, float] | None = None, **more: Any) -> ModelFacts:
    return ModelFacts("p", name, context, Price(*price) if price else None, **more)


def picks(*models: ModelFacts) -> dict[str, str]:
    return {route: choice.removeprefix("p,") for route, choice in propose(models).items()}


def test_the_best_that_is_no_luxury_answers_and_the_cheapest_small_one_does_the_side_jobs() -> None:
    models = (
        model("pro", 200_000, (3, 15)),
        model("royal", 200_000, (60, 300)),
        model("mini", 128_000, (0.1, 0.4)),
        model("mid", 128_000, (1, 3)),
    )
    assert picks(*models) == {"default": "pro", "background": "mini", "think": "pro", "longContext": "pro"}


def test_a_much_larger_window_takes_the_long_prompts() -> None:
    models = model("pro", 200_000, (3, 15)), model("sea", 1_000_000, (1, 4)), model("ocean", 1_000_000, (2, 8))
    assert picks(*models)["longContext"] == "sea"


def test_what_cannot_call_tools_or_talk_or_hold_a_prompt_is_not_proposed() -> None:
    models = (
        model("embedder", 8_000, chats=False),
        model("mute", 128_000, tools=False),
        model("tiny", 8_000),
        model("good", 64_000),
    )
    assert set(picks(*models).values()) == {"good"}


def test_without_prices_names_decide() -> None:
    assert picks(model("x-pro"), model("x-flash"), model("x-pro-preview")) == {
        "default": "x-pro", "background": "x-flash", "think": "x-pro", "longContext": "x-pro",
    }  # fmt: skip


def test_one_model_takes_everything_and_none_nothing() -> None:
    assert set(picks(model("only")).values()) == {"only"}
    assert propose([]) == {}


def test_the_shipped_configuration_is_followed_as_far_as_its_models_are_there() -> None:
    models = [ModelFacts("deepseek", name) for name in ("deepseek-v4-pro", "deepseek-flash", "deepseek-zzz-max")]
    assert propose(models)["default"] == "deepseek,deepseek-v4-pro"
    assert propose(models)["background"] == "deepseek,deepseek-flash"
    assert propose(models[2:])["default"] == "deepseek,deepseek-zzz-max"


@pytest.mark.parametrize(
    ("routes", "tokens"),
    [
        ({"default": "mid", "longContext": "vast"}, 150_000),
        ({"default": "mid", "background": "small", "longContext": "vast"}, 90_000),
        ({"default": "mid", "longContext": "mid"}, None),
        ({"default": "mid", "background": "small", "longContext": "mid"}, None),
        ({"default": "mid", "background": "tiny", "longContext": "mid"}, 20_000),
        ({"default": "unknown", "longContext": "vast"}, None),
        ({"default": "mid"}, None),
    ],
)
def test_the_threshold_leaves_room_in_every_window_but_the_long_one(routes: dict[str, str], tokens: int | None) -> None:
    sizes = {"tiny": 32_000, "small": 128_000, "mid": 200_000, "vast": 1_000_000, "unknown": None}
    known = {f"p,{name}": model(name, size) for name, size in sizes.items()}
    assert threshold({route: f"p,{name}" for route, name in routes.items()}, known) == tokens
