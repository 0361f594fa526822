"""The rules; `tests/e2e/test_overriding.py` holds them against the real client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from addon.client.environment import client_environment
from addon.client.overriding import Override, overrides

URL = "http://127.0.0.1:3456"


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".claude").mkdir()

    def found(self, content: dict[str, Any], *, key: str = "", own_login: bool = False, **base: str) -> list[Override]:
        (self.folder / ".claude" / "settings.json").write_text(json.dumps(content))
        env = client_environment(URL, key, {"HOME": str(self.folder), **base}, 600_000, own_login=own_login)
        return overrides(env, cwd=self.folder / "elsewhere", managed=self.folder / "managed")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_another_address_is_said_with_its_file(home: Home) -> None:
    (found,) = home.found({"env": {"ANTHROPIC_BASE_URL": "https://other.example"}})
    assert found.file == str(home.folder / ".claude" / "settings.json")
    assert (found.key, found.value) == ("env.ANTHROPIC_BASE_URL", "`https://other.example`")
    assert "not ccr" in str(found)
    assert "hint: remove it there" in str(found)


def test_our_own_address_is_none(home: Home) -> None:
    assert home.found({"env": {"ANTHROPIC_BASE_URL": f"{URL}/"}}) == []


def test_an_empty_address_means_anthropic(home: Home) -> None:
    (found,) = home.found({"env": {"ANTHROPIC_BASE_URL": ""}})
    assert "asks Anthropic" in found.effect


def test_no_password_is_shown(home: Home) -> None:
    (found,) = home.found({"env": {"ANTHROPIC_BASE_URL": "https://me:hidden-word@other.example/v1"}})
    assert "hidden-word" not in str(found)
    assert "other.example/v1" in found.value
    (token,) = home.found({"env": {"ANTHROPIC_AUTH_TOKEN": "sk-secret"}}, key="the-key")
    assert "sk-secret" not in str(token)


def test_the_file_with_the_last_word_counts(home: Home) -> None:
    managed = home.folder / "managed"
    managed.mkdir()
    (managed / "managed-settings.json").write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": URL}}))
    assert home.found({"env": {"ANTHROPIC_BASE_URL": "https://other.example"}}) == []


@pytest.mark.parametrize(("value", "counts"), [("1", True), ("true", True), ("0", False), ("", False), ("false", False)])
def test_a_switch_for_a_cloud_counts_if_it_is_on(home: Home, value: str, *, counts: bool) -> None:
    assert bool(home.found({"env": {"CLAUDE_CODE_USE_VERTEX": value}})) is counts


def test_a_token_matters_where_the_router_asks_for_a_key(home: Home) -> None:
    settings = {"env": {"ANTHROPIC_AUTH_TOKEN": "another"}}
    assert home.found(settings) == []
    assert "client key" in home.found(settings, key="the-key")[0].effect
    assert home.found({"env": {"ANTHROPIC_AUTH_TOKEN": "the-key"}}, key="the-key") == []
    assert "instead of your login" in home.found(settings, own_login=True)[0].effect


def test_exceptions_from_proxies_matter_where_there_is_a_proxy(home: Home) -> None:
    settings = {"env": {"no_proxy": ".corp", "NO_PROXY": ".corp"}}
    assert home.found(settings) == []
    (found,) = home.found(settings, HTTPS_PROXY="http://proxy.corp:8080")
    assert (found.key, found.hint) == ("env.no_proxy", "add `127.0.0.1` to it")
    assert home.found({"env": {"NO_PROXY": ".corp"}}, HTTPS_PROXY="http://proxy.corp:8080") == []  # `no_proxy` goes before it
    assert home.found({"env": {"no_proxy": "127.0.0.1", "HTTP_PROXY": "http://proxy.corp:8080"}}) == []


def test_a_shorter_patience_is_said(home: Home) -> None:
    assert "600000 ms" in home.found({"env": {"API_TIMEOUT_MS": "1000"}})[0].effect
    assert home.found({"env": {"API_TIMEOUT_MS": "700000"}}) == []


def test_a_login_forced_by_the_organisation_is_said(home: Home) -> None:
    managed = home.folder / "managed"
    managed.mkdir()
    (managed / "managed-settings.json").write_text(json.dumps({"forceLoginMethod": "claudeai"}))
    (found,) = home.found({"forceLoginMethod": "console"})
    assert (found.key, found.value) == ("forceLoginMethod", "`claudeai`")
    assert home.found({}, own_login=True) == []


def test_what_only_adds_to_a_request_is_none(home: Home) -> None:
    env = {"ANTHROPIC_API_KEY": "sk", "ANTHROPIC_MODEL": "one,two", "ANTHROPIC_CUSTOM_HEADERS": "a: b"}
    assert home.found({"apiKeyHelper": "echo key", "model": "opus", "env": env}) == []


def test_a_host_that_manages_the_provider_is_left_in_peace(home: Home) -> None:
    settings = {"env": {"ANTHROPIC_BASE_URL": "https://other.example"}}
    assert home.found(settings, CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST="1") == []


def test_nothing_is_written(home: Home) -> None:
    home.found({"env": {"ANTHROPIC_BASE_URL": "https://other.example"}})
    path = home.folder / ".claude" / "settings.json"
    assert json.loads(path.read_text()) == {"env": {"ANTHROPIC_BASE_URL": "https://other.example"}}
    assert sorted(each.name for each in home.folder.rglob("*")) == [".claude", "settings.json"]
