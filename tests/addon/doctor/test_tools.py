from __future__ import annotations

from tests.addon.doctor.place import KEY, Place, one_provider, only, said
from tests.addon.doctor.provider import Provider


def test_without_probe_nothing_is_spent_and_it_is_said_how_to(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    found = only(place.look("tools"), "note")
    assert "--probe" in found.fix
    assert provider.asked == []


def test_a_model_that_calls_tools_is_fine(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    assert "calls tools" in only(place.look("tools", probe=True), "ok").what
    assert provider.asked.count("POST /v1/chat/completions") == 2


def test_a_model_that_only_talks_is_a_problem(place: Place, provider: Provider) -> None:
    provider.toolless = {"acme-large"}
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    found = place.wrong("tools", probe=True)[0]
    assert found.level == "problem"
    assert "acme,acme-large: tool call fails" in found.what
    assert "router.default" in found.where
    assert "ccr model test acme,acme-large" in found.fix
    assert KEY not in said(found)


def test_on_the_background_route_it_is_a_warning(place: Place, provider: Provider) -> None:
    provider.toolless = {"acme-small"}
    place.env["ACME_API_KEY"] = KEY
    config = one_provider(provider.url, models=["acme-large", "acme-small"])
    place.config({**config, "router": {"default": "acme,acme-large", "background": "acme,acme-small"}})
    assert {finding.level for finding in place.wrong("tools", probe=True)} == {"warning"}
