from __future__ import annotations

import pytest

from translators.providers import KNOWN, DialectName, dialect_for, known_for, known_named


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_provider_is_known_by_its_names_and_says_where_that_is_from(known: object) -> None:
    from translators.providers import Known

    assert isinstance(known, Known)
    assert all(known_named(name) is known for name in (known.name, known.name.upper(), *known.aliases))
    assert known.docs.startswith("https://")
    assert bool(known.key_variable) is (known.auth != "none")


@pytest.mark.parametrize("known", [known for known in KNOWN if known.hosts or known.port], ids=lambda known: known.name)
def test_every_provider_is_known_by_its_own_url(known: object) -> None:
    from translators.providers import Known

    assert isinstance(known, Known)
    assert known_for(known.base_url) is known
    assert dialect_for(known.base_url) == known.dialect


def test_names_and_hosts_are_nobody_elses() -> None:
    names = [name for known in KNOWN for name in (known.name, *known.aliases)]
    hosts = [host for known in KNOWN for host in known.hosts]
    assert len(set(names)) == len(names)
    assert len(set(hosts)) == len(hosts)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://my-resource.openai.azure.com/openai/v1", "azure"),
        ("https://API.OpenAI.com:443/v1", "openai"),
        ("http://localhost:11434/v1", "ollama"),
        ("http://[::1]:1234/v1", "lmstudio"),
        ("https://api.deepseek.com/chat/completions", "deepseek"),
    ],
)
def test_a_url_tells_the_provider(url: str, name: str) -> None:
    known = known_for(url)
    assert known is not None
    assert known.name == name


@pytest.mark.parametrize(
    "url",
    ["https://llm.corp.example/v1", "https://notapi.openai.com.evil.example", "https://evilapi.openai.com", "http://localhost:8000",
     "http://localhost", "https://corp.example:11434/v1", "http://x:99999999/v1", "http://[bad/v1", "", "no url"],
)  # fmt: skip
def test_other_urls_are_nobodys(url: str) -> None:
    assert known_for(url) is None


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("https://api.deepseek.com/anthropic", "anthropic"),
        ("https://api.z.ai/api/anthropic/v1/messages", "anthropic"),
        ("https://api.z.ai/api/paas/v4", "openai-chat"),
        ("https://api.openai.com/v1/responses", "openai-responses"),
        ("https://api.anthropic.com/v1/chat/completions", "openai-chat"),
        ("https://generativelanguage.googleapis.com/v1beta/models/", "gemini"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "openai-chat"),
        ("https://llm.corp.example/v1", "openai-chat"),
    ],
)
def test_a_url_tells_the_dialect(url: str, dialect: DialectName) -> None:
    assert dialect_for(url) == dialect


def test_an_unknown_name_is_nobodys() -> None:
    assert known_named("corp") is None
