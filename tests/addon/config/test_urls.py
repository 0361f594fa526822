from __future__ import annotations

import pytest

from addon.config.urls import BadUrl, base_url, dialect_at, is_local, is_loopback, split
from translators.provider_table import DialectName


@pytest.mark.parametrize(
    ("given", "dialect", "result"),
    [
        ("https://h.example/v1/chat/completions", "openai-chat", "https://h.example/v1"),
        ("https://h.example/v1/chat/completions/", "openai-chat", "https://h.example/v1"),
        ("https://h.example/v1/", "openai-chat", "https://h.example/v1"),
        ("https://h.example/chat/completions", "openai-chat", "https://h.example/chat/completions"),
        ("https://api.deepseek.com/chat/completions", "openai-chat", "https://api.deepseek.com/chat/completions"),
        ("https://h.example", "openai-chat", "https://h.example"),
        ("https://api.openai.com", "openai-chat", "https://api.openai.com/v1"),
        ("https://api.groq.com/", "openai-chat", "https://api.groq.com/openai/v1"),
        ("http://localhost:11434", "openai-chat", "http://localhost:11434/v1"),
        (
            "https://r.openai.azure.com/o/d/chat/completions?api-version=1",
            "openai-chat",
            "https://r.openai.azure.com/o/d?api-version=1",
        ),
        ("https://h.example/v1/responses", "openai-responses", "https://h.example/v1"),
        ("https://api.anthropic.com", "anthropic", "https://api.anthropic.com"),
        ("https://api.anthropic.com/v1/messages", "anthropic", "https://api.anthropic.com"),
        ("https://api.anthropic.com/v1", "anthropic", "https://api.anthropic.com"),
        ("https://api.deepseek.com/anthropic/v1/messages", "anthropic", "https://api.deepseek.com/anthropic"),
        ("https://api.deepseek.com/anthropic", "anthropic", "https://api.deepseek.com/anthropic"),
        ("http://[::1]:8080/v1/messages", "anthropic", "http://[::1]:8080"),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/",
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
        ),
        ("https://generativelanguage.googleapis.com", "gemini", "https://generativelanguage.googleapis.com/v1beta"),
        ("https://h.example/v1#top", "openai-chat", "https://h.example/v1"),
    ],
)
def test_a_base_url_is_brought_to_one_form(given: str, dialect: DialectName, result: str) -> None:
    assert base_url(given, dialect) == result
    assert base_url(result, dialect) == result


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h.example/v1",
        "ftp://h/v1",
        "https://",
        "https://h:0/v1",
        "https://h:x",
        "https://a b/v1",
        "//h/v1",
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(BadUrl, match="is not an http or https URL") as raised:
        split(url)
    assert raised.value.hint == "write it as `https://host/path`, with a port from 1 to 65535 if any"


@pytest.mark.parametrize("url", ["https://user@h/v1", "https://user:pass@h/v1", "https://api.anthropic.com@evil.example"])
def test_credentials_in_a_url_are_refused(url: str) -> None:
    with pytest.raises(BadUrl, match="holds a user name or password"):
        split(url)


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("https://api.anthropic.com", "anthropic"),
        ("https://h.example/v1/messages", "anthropic"),
        ("https://api.deepseek.com/anthropic", "anthropic"),
        ("https://api.deepseek.com/anthropic/v1", "anthropic"),
        ("https://h.example/v1", "openai-chat"),
        ("https://h.example/v1/responses", "openai-responses"),
        ("https://generativelanguage.googleapis.com/v1beta/models/", "gemini"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "openai-chat"),
    ],
)
def test_a_url_tells_what_is_spoken_there(url: str, dialect: str) -> None:
    assert dialect_at(url) == dialect


@pytest.mark.parametrize(
    ("host", "loopback", "local"),
    [
        ("localhost", True, True),
        ("LOCALHOST", True, True),
        ("a.localhost", True, True),
        ("127.0.0.1", True, True),
        ("127.9.9.9", True, True),
        ("::1", True, True),
        ("[::1]", True, True),
        ("0.0.0.0", False, True),
        ("192.168.1.5", False, True),
        ("10.0.0.1", False, True),
        ("gpu-box", False, True),
        ("gpu.local", False, True),
        ("host.docker.internal", False, True),
        ("8.8.8.8", False, False),
        ("api.openai.com", False, False),
        ("127.0.0.1.evil.example", False, False),
        ("localhost.evil.example", False, False),
    ],
)
def test_hosts_of_this_machine_and_its_network_are_told_apart(host: str, loopback: bool, local: bool) -> None:
    assert (is_loopback(host), is_local(host)) == (loopback, local)
