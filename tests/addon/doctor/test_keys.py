from __future__ import annotations

from tests.addon.doctor.place import KEY, Place, one_provider, only, said
from tests.addon.doctor.provider import Provider


def test_a_good_key_is_tested_live_and_its_variable_named(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    found = only(place.look("keys"), "ok")
    assert "the key works" in found.what
    assert "$ACME_API_KEY" in found.what
    assert "GET /v1/models" in provider.asked


def test_a_key_that_is_refused_names_the_variable_and_never_the_key(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = "sk-a-wrong-key-of-somebody"
    place.config(one_provider(provider.url))
    found = only(place.wrong("keys"), "problem")
    assert "acme: refuses the key from $ACME_API_KEY" in found.what
    assert "401" in found.what
    assert "26 characters" in found.why
    assert "export ACME_API_KEY=" in found.fix
    assert "wrong-key" not in said(found)


def test_a_variable_that_is_not_set_is_a_problem_and_nobody_is_shown_a_made_up_key(place: Place, provider: Provider) -> None:
    place.config(one_provider(provider.url))
    found = only(place.wrong("keys"), "problem")
    assert "`ACME_API_KEY` is not set" in found.what
    assert "export ACME_API_KEY=" in found.fix
    assert len(provider.asked) == 1  # whether it is there; no key was shown


def test_a_variable_that_is_empty_is_told_from_one_that_is_not_set(place: Place) -> None:
    place.env["ACME_API_KEY"] = ""
    providers = [*one_provider("https://api.acme.example/v1")["providers"], {"name": "ollama"}]
    place.config({"providers": providers, "router": {"default": "ollama,m"}})
    found = only(place.wrong("keys", offline=True), "warning")
    assert "`ACME_API_KEY` is set, but empty" in found.what


def test_an_empty_one_that_a_route_needs_is_a_problem_and_the_rest_is_looked_at(place: Place) -> None:
    place.env["ACME_API_KEY"] = ""
    place.config(one_provider("https://api.acme.example/v1"))
    config, keys, *rest = place.look("config", "keys", "windows", offline=True)
    assert (config.check, config.level) == ("config", "note")
    assert keys.level == "problem"
    assert "`ACME_API_KEY` is set, but empty" in keys.what
    assert any(found.check == "windows" and "acme,acme-large" in found.what for found in rest)


def test_a_server_of_this_machine_that_wants_the_empty_key_is_a_problem(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = " "
    place.config(one_provider(provider.url))
    found = only(place.wrong("keys"), "problem")
    assert "401" in found.what
    assert found.why == "the variable `ACME_API_KEY` is set, but empty"
    place.config(one_provider(provider.url, api_key=""))
    assert "none is configured" in only(place.wrong("keys"), "problem").why


def test_each_key_of_a_pool_is_tested(place: Place, provider: Provider) -> None:
    place.env |= {"ONE": KEY, "TWO": "sk-another-wrong-key"}
    place.config(one_provider(provider.url, api_key="", api_keys=["$ONE", "$TWO"]))
    levels = {finding.what.partition("$")[2][:3]: finding.level for finding in place.look("keys")}
    assert levels == {"ONE": "ok", "TWO": "problem"}


def test_an_empty_key_of_a_pool_is_told(place: Place, provider: Provider) -> None:
    place.env |= {"ONE": KEY, "TWO": ""}
    place.config(one_provider(provider.url, api_key="", api_keys=["$ONE", "$TWO"]))
    found = only(place.wrong("keys"), "warning")
    assert "`TWO` of providers.acme.api_keys[1] is set, but empty" in found.what


def test_with_probe_it_is_not_advised_to_probe(place: Place, provider: Provider) -> None:
    provider.lists_models = False
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url, models=["*"]))
    assert "--probe" in only(place.look("keys"), "note").fix
    assert "--probe" not in said(only(place.look("keys", probe=True)))


def test_advice_that_names_a_variable_is_shown_as_it_is(place: Place, provider: Provider) -> None:
    place.config(one_provider(provider.url, api_key=""))
    assert "`api_key: $NAME`" in only(place.wrong("keys"), "problem").fix


def test_quotation_marks_around_a_key_are_seen(place: Place, provider: Provider) -> None:
    place.config(one_provider(provider.url))
    place.env["ACME_API_KEY"] = f'"{KEY}'
    assert "quotation mark" in only(place.wrong("keys")).why
    place.env["ACME_API_KEY"] = f'"{KEY}"'
    assert "is in quotes" in only(place.wrong("config"), "problem").what


def test_offline_nothing_is_asked_and_that_is_said(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    found = only(place.look("keys", offline=True), "note")
    assert "not tested (--offline)" in found.what
    assert provider.asked == []


def test_a_provider_without_a_list_is_proved_by_a_request_only_if_that_may_cost(place: Place, provider: Provider) -> None:
    provider.lists_models = False
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    assert "not proved" in only(place.look("keys"), "note").what
    assert "POST /v1/chat/completions" not in provider.asked
    only(place.look("keys", probe=True), "ok")


def test_the_client_s_own_login_is_not_a_key_of_ours(place: Place) -> None:
    assert "Claude Code's own login" in only(place.look("keys", offline=True), "ok").what
