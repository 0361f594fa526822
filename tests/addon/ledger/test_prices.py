from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.config.settings import ModelInfo, Price, Provider
from addon.ledger import catalogue
from addon.ledger.prices import price
from translators.events import Usage

OPENAI = Provider("openai", "https://api.openai.com/v1")
OPENROUTER = Provider("router", "https://openrouter.ai/api/v1")
MILLION = 1_000_000
USED = Usage(input=1000, output=100)


def test_a_known_model_costs_what_its_provider_lists() -> None:
    assert price(OPENAI, "gpt-4o", Usage(input=MILLION, output=MILLION)) == pytest.approx(12.5)


def test_what_a_cache_read_costs_its_own_price_beside_the_input() -> None:
    assert price(OPENAI, "gpt-4o", Usage(input=0, output=0, cache_read=MILLION)) == pytest.approx(1.25)
    assert price(OPENAI, "gpt-4o", Usage(input=MILLION, output=0, cache_read=MILLION)) == pytest.approx(3.75)


def test_what_a_cache_wrote_costs_its_own_price_on_anthropic() -> None:
    anthropic = Provider("a", "https://api.anthropic.com")
    used = Usage(input=0, output=0, cache_write=MILLION)
    assert price(anthropic, "claude-haiku-4-5-20251001", used) == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        ("https://api.deepseek.com", "deepseek-chat"),
        ("https://api.deepseek.com/anthropic", "deepseek-chat"),
        ("https://openrouter.ai/api/v1", "openai/gpt-5"),
        ("https://openrouter.ai/api/v1", "z-ai/glm-4.6"),
        ("https://openrouter.ai/api/v1", "openai/gpt-5:nitro"),
        ("https://generativelanguage.googleapis.com/v1beta", "gemini-2.5-pro"),
        ("https://api.z.ai/api/paas/v4", "glm-4.6"),
        ("https://api.moonshot.ai/v1", "kimi-k2-0905-preview"),
        ("https://api.groq.com/openai/v1", "openai/gpt-oss-120b"),
        ("https://api.mistral.ai/v1", "codestral-latest"),
    ],
)
def test_the_vendors_of_the_shipped_configurations_are_priced(base_url: str, model: str) -> None:
    cost = price(Provider("any-name", base_url), model, USED)
    assert cost is not None
    assert 0 < cost < 0.1


def test_openrouters_free_variants_cost_nothing() -> None:
    assert price(OPENROUTER, "z-ai/glm-4.5-air:free", USED) == 0.0
    assert price(OPENROUTER, "nobody/never-heard-of-it:free", USED) == 0.0


@pytest.mark.parametrize(
    "provider",
    [
        Provider("ollama", "http://localhost:11434/v1"),
        Provider("openai", "http://127.0.0.1:8000/v1"),
        Provider("openai", "http://10.1.2.3/v1"),
        Provider("openai", "http://[::1]:8000/v1"),
        Provider("openai", "http://gpu-box:8000/v1"),
        Provider("openai", "http://box.local/v1"),
        Provider("mycorp", "https://llm.example.com/v1"),
        Provider("openai", "https://openrouter.ai/api/v1"),
        Provider("x", "not a url"),
        Provider("x", "http://[broken"),
        Provider("x", ""),
    ],
)
def test_a_price_that_is_not_known_is_none_and_never_nothing(provider: Provider) -> None:
    assert price(provider, "gpt-4o-of-our-own", USED) is None


def test_a_local_server_is_not_billed_by_the_name_of_its_model() -> None:
    assert price(Provider("openai", "http://127.0.0.1:8000/v1"), "gpt-4o", USED) is None


def test_a_provider_behind_an_unknown_host_is_known_by_its_name() -> None:
    behind = Provider("OpenAI", "https://gateway.example.com/v1")
    assert price(behind, "gpt-4o", USED) == price(OPENAI, "gpt-4o", USED)


def test_a_name_does_not_make_a_known_host_another() -> None:
    assert price(Provider("openai", "https://api.deepseek.com"), "gpt-4o", USED) is None


def test_an_unknown_number_of_tokens_has_no_price() -> None:
    assert price(OPENAI, "gpt-4o", Usage()) is None
    assert price(OPENAI, "gpt-4o", Usage(input=1)) is None


def test_an_entry_without_prices_is_unknown() -> None:
    assert catalogue.find("", "https://api.openai.com/v1", "text-moderation-latest") is not None
    assert price(OPENAI, "text-moderation-latest", USED) is None


def test_the_configuration_comes_first_also_for_a_local_server() -> None:
    info = {"m": ModelInfo(price=Price(input=1, output=2, cache_read=0.5, cache_write=4))}
    local = Provider("local", "http://127.0.0.1:1/v1", info=info)
    assert price(local, "m", Usage(MILLION, MILLION, MILLION, MILLION)) == pytest.approx(7.5)
    assert price(local, "other", USED) is None


def test_what_a_cache_read_costs_the_inputs_price_where_the_configuration_names_no_other() -> None:
    assert price(OPENAI, "gpt-4o", Usage(0, 0, MILLION, MILLION), Price(input=3, output=9)) == pytest.approx(6)


def test_a_configured_price_of_nothing_is_nothing() -> None:
    assert price(OPENAI, "gpt-4o", USED, Price(input=0, output=0)) == 0.0


def test_before_the_data_is_loaded_nothing_is_known_and_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_loaded", None)
    assert price(OPENAI, "gpt-4o", USED) is None
    assert price(OPENAI, "gpt-4o", USED, Price(input=MILLION, output=0)) == pytest.approx(1000)


tokens = st.none() | st.integers(0, 10**9)


@given(st.builds(Usage, tokens, tokens, tokens, tokens), st.text(), st.text(), st.text())
def test_nothing_raises(usage: Usage, name: str, base_url: str, model: str) -> None:
    for provider in (Provider(name, base_url), OPENAI, OPENROUTER):
        for asked in (model, "gpt-4o", "openai/gpt-5"):
            cost = price(provider, asked, usage)
            assert cost is None or cost >= 0
