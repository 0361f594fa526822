from __future__ import annotations

import json
from typing import Any

import pytest

from addon.routing.choice import Choice
from addon.routing.decide import Routes
from tests.support.config import Load, Refusal

PROVIDERS = [
    {"name": "deepseek", "base_url": "https://host.example/v1", "api_key": "k", "models": ["m", "n"]},
    {"name": "Open-Router", "base_url": "https://host.example/v1", "api_key": "k", "models": ["*"]},
]


def config(router: dict[str, Any], **top: Any) -> str:
    return json.dumps({"Providers": PROVIDERS, "Router": {"default": "deepseek,m"} | router} | top)


@pytest.mark.parametrize(
    ("written", "choice"),
    [
        ("deepseek,m", Choice("deepseek", "m")),
        (" deepseek , m ", Choice("deepseek", "m")),
        ("Open-Router,a/b:free,c", Choice("Open-Router", "a/b:free,c")),
        ("open-router,a/b", Choice("Open-Router", "a/b")),
        ("DEEPSEEK,m", Choice("deepseek", "m")),
        ("Open-Router/a/b:free", Choice("Open-Router", "a/b:free")),
        ("deepseek/n", Choice("deepseek", "n")),
        ("deepseek,*", Choice("deepseek", "*")),
        ("", None),
        (None, None),
    ],
)
def test_a_route_is_split_at_the_first_comma_or_after_a_provider_s_name(
    load: Load, written: str | None, choice: Choice | None
) -> None:
    router = load(config({"think": written})).router
    assert router.route("think") == router.think == choice


def test_every_route_has_its_choice_and_those_not_set_have_none(load: Load) -> None:
    routes = {name: f"Open-Router,{name}" for name in ("background", "think", "longContext", "webSearch", "image")}
    router = load(config(routes)).router
    assert router.default == Choice("deepseek", "m")
    found = (router.background, router.think, router.long_context, router.web_search, router.image)
    assert [choice.model for choice in found if choice] == ["background", "think", "longContext", "webSearch", "image"]
    empty = load(config({})).router
    assert (empty.background, empty.think, empty.long_context, empty.web_search, empty.image) == (None,) * 5
    assert empty.long_context_threshold == 60_000


def test_the_router_is_what_routing_asks_for(load: Load) -> None:
    settings = load(config({}))
    routes: Routes = settings.routes
    assert routes.models == {"deepseek": ("m", "n"), "Open-Router": ("*",)}
    assert routes.route("default") == Choice("deepseek", "m")
    assert routes.fallbacks("default") == ()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("deepsek,m", "Router.think: `deepsek,m` names no configured provider: `deepsek`\nhint: did you mean `deepseek`?"),
        ("x,m", "Router.think: `x,m` names no configured provider: `x`\nhint: known are `deepseek`, `Open-Router`"),
        ("z", "Router.think: `z` is not `provider,model`\nhint: known are `deepseek`, `Open-Router`"),
        ("n", "Router.think: `n` is not `provider,model`\nhint: did you mean `deepseek,n`?"),
        ("deepseek", "Router.think: `deepseek` is not `provider,model`\nhint: name the model, too: `deepseek,MODEL`"),
        ("deepseek,", "Router.think: `deepseek,` is not `provider,model`\nhint: name the model, too: `deepseek,MODEL`"),
        (",m", "Router.think: `,m` is not `provider,model`\nhint: "),
        ("deepsek/m", "Router.think: `deepsek/m` is not `provider,model`\nhint: did you mean `deepseek`?"),
        (3, "Router.think: `3` is not a text\nhint: put it in quotes"),
        (["deepseek,m"], "Router.think: a list is not a text\nhint: write a single text"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(refusal: Refusal, written: object, message: str) -> None:
    assert message in refusal(config({"think": written}), "config.json")


def test_a_model_that_its_provider_does_not_list_is_a_warning(load: Load) -> None:
    settings = load(config({"think": "deepseek,z", "image": "Open-Router,z"}, fallback={"image": ["deepseek,y"]}))
    assert settings.warnings == (
        "Router.think: the provider `deepseek` does not list the model `z`",
        "fallback.image[0]: the provider `deepseek` does not list the model `y`",
    )


A, B = Choice("deepseek", "n"), Choice("Open-Router", "a/b")


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(
    ("given", "default", "think"),
    [
        ({"default": ["deepseek,n", "Open-Router,a/b"]}, (A, B), ()),
        ({"think": "deepseek,n", "default": []}, (), (A,)),
        (["deepseek,n"], (A,), (A,)),
        ("deepseek,n", (A,), (A,)),
        ({"all": ["deepseek,n"], "think": ["Open-Router,a/b"]}, (A,), (B,)),
        ({"all": ["deepseek,n"], "think": []}, (A,), ()),
        ({"long_context": ["deepseek,n"], "web_search": ["", "deepseek,n"]}, (), ()),
        ({}, (), ()),
        (None, (), ()),
        ("", (), ()),
    ],
)
def test_fallbacks_are_for_one_route_or_for_all(
    load: Load, inside: bool, given: object, default: tuple[Choice, ...], think: tuple[Choice, ...]
) -> None:
    router = load(config({"fallback": given}) if inside else config({}, fallback=given)).router
    assert (router.fallbacks("default"), router.fallbacks("think")) == (default, think)


def test_fallbacks_of_routes_with_two_words_may_be_spelt(load: Load) -> None:
    router = load(config({}, fallback={"long_context": ["deepseek,n"], "webSearch": ["deepseek,n"]})).router
    assert router.fallbacks("longContext") == router.fallbacks("webSearch") == (A,)


@pytest.mark.parametrize(
    ("fallback", "message"),
    [
        ({"defualt": ["deepseek,n"]}, "fallback.defualt: `defualt` is not a route\nhint: did you mean `default`?"),
        ({"default": ["nope,n"]}, "fallback.default[0]: `nope,n` names no configured provider: `nope`\nhint: "),
        ({"default": [3]}, "fallback.default[0]: `3` is not `provider,model`\nhint: "),
        (["deepseek"], "fallback[0]: `deepseek` is not `provider,model`\nhint: "),
    ],
)
def test_a_fallback_that_leads_nowhere_is_refused(refusal: Refusal, fallback: object, message: str) -> None:
    assert message in refusal(config({}, fallback=fallback), "config.json")


def test_a_route_s_fallbacks_stand_in_one_place(load: Load, refusal: Refusal) -> None:
    text = config({"fallback": {"think": ["deepseek,n"]}}, fallback={"default": ["deepseek,n"]})
    assert load(text).router.fallbacks("think") == load(text).router.fallbacks("default") == (A,)
    message = refusal(config({"fallback": ["deepseek,n"]}, fallback=["deepseek,n"]), "config.json")
    assert "Router.fallback: gives `all` a second list\nhint: keep one of `fallback` and `Router.fallback`" in message


def test_what_no_route_takes_goes_to_anthropic_where_that_is_configured(load: Load) -> None:
    providers = [*PROVIDERS, {"name": "claude", "base_url": "https://api.anthropic.com"}]
    settings = load(json.dumps({"Providers": providers, "Router": {"background": "deepseek,m"}}))
    assert settings.router.default == Choice("claude", "*")
    assert settings.warnings == ()


def test_without_a_default_route_and_without_anthropic_there_is_a_warning(load: Load) -> None:
    settings = load(json.dumps({"Providers": PROVIDERS}))
    assert settings.router.default is None
    assert settings.warnings == ("no default route: requests that name no provider cannot be answered; set `Router.default`",)


def test_routes_of_a_config_without_providers_lead_to_anthropic(load: Load, refusal: Refusal) -> None:
    settings = load('{"Router": {"background": "anthropic,claude-haiku-4-5"}}')
    assert settings.router.background == Choice("anthropic", "claude-haiku-4-5")
    message = refusal('{"Router": {"think": "deepseek,m"}}')
    assert "names no configured provider: `deepseek`\nhint: known are `anthropic`" in message
