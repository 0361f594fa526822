from __future__ import annotations

from tests.addon.doctor.place import KEY, Place, one_provider, only
from tests.addon.doctor.provider import Provider


def test_models_that_the_provider_lists_are_fine(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    assert "all models of routes and fallbacks are listed" in only(place.look("models"), "ok").what


def test_a_model_that_it_does_not_list_is_a_problem_with_the_closest_names(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url, models=["acme-lrage"]))
    found = only(place.wrong("models"), "problem")
    assert found.what == "acme has no model `acme-lrage`"
    assert found.fix == "did you mean `acme-large`? `ccr model use default acme,acme-large`"
    assert "router.default" in found.where


def test_a_fallback_that_is_not_listed_is_a_warning(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config({**one_provider(provider.url), "fallback": ["acme,acme-smal"]})
    found = only(place.wrong("models"), "warning")
    assert "`acme-small`" in found.fix
    assert "fallback.all" in found.where


def test_one_that_nothing_looks_like_is_sent_to_the_list(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url, models=["zzz"]))
    assert "ccr model list --provider acme" in only(place.wrong("models")).fix


def test_suffixes_that_stand_for_a_listed_model_are_fine(place: Place, provider: Provider) -> None:
    provider.models = ["qwen:latest", "glm"]
    place.env["ACME_API_KEY"] = KEY
    place.config({**one_provider(provider.url, models=["qwen"]), "fallback": ["acme,glm:nitro"]})
    assert not place.wrong("models")
    place.config(one_provider(provider.url, models=["glm:free"]))
    only(place.wrong("models"), "problem")


def test_a_list_of_which_pages_are_missing_judges_no_model(place: Place, provider: Provider) -> None:
    provider.more = True
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url, models=["acme-large", "acme-on-page-two"]) | {"fallback": ["acme,acme-on-page-two"]})
    found = only(place.look("models"), "note")
    assert "acme,acme-on-page-two: not in the list" in found.what
    assert "more than the 2" in found.why


def test_what_was_not_compared_is_said(place: Place, provider: Provider) -> None:
    provider.lists_models = False
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    assert "it shows no list" in only(place.look("models"), "note").what
    assert "--offline" in only(place.look("models", offline=True), "note").what
    del place.env["ACME_API_KEY"]
    assert "no key to ask with" in only(place.look("models"), "note").what
    place.config(one_provider("http://127.0.0.1:9/v1", api_key=""))
    assert "cannot be reached" in only(place.look("models"), "note").what
