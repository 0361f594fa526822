from __future__ import annotations

import json

import pytest

from addon.config.build import build
from addon.config.parse import parse
from addon.config.proxies import DIRECT, is_excepted, proxy_for
from addon.config.settings import Settings

FAR = "https://api.far.example/v1"


def settings(env: dict[str, str], **config: object) -> Settings:
    provider = {"name": "far", "base_url": FAR, "api_key": "k"}
    tree = {"providers": [provider], "router": {"default": "far,m"}, **config}
    return build(parse(json.dumps(tree), "config.json"), env)


@pytest.mark.parametrize(
    ("env", "source"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://p:1", "ALL_PROXY": "http://p:2"}, "$HTTPS_PROXY"),
        ({"https_proxy": "http://p:1"}, "$https_proxy"),
        ({"ALL_PROXY": "http://p:2", "HTTP_PROXY": "http://p:3"}, "$ALL_PROXY"),
        ({"HTTPS_PROXY": "  ", "all_proxy": "http://p:2"}, "$all_proxy"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "far.example"}, ""),
    ],
)
def test_the_environment_s_proxy_is_taken_by_the_url_s_scheme(env: dict[str, str], source: str) -> None:
    assert settings(env).providers["far"].proxy.source == source
    assert settings(env, providers={}, router={}).official_proxy.source == (source if "NO_PROXY" not in env else "$HTTPS_PROXY")


def test_the_configuration_goes_before_it_and_no_proxy_before_the_general_one() -> None:
    env = {"HTTPS_PROXY": "http://p:1"}
    assert settings(env, proxy_url="http://general:1").providers["far"].proxy.url == "http://general:1"
    excepted = {**env, "no_proxy": ".far.example"}
    assert settings(excepted, proxy_url="http://general:1").providers["far"].proxy == DIRECT
    own = {"name": "far", "base_url": FAR, "api_key": "k", "proxy_url": "http://own:1"}
    assert settings(excepted, providers=[own]).providers["far"].proxy.url == "http://own:1"


def test_a_login_is_kept_apart_and_out_of_sight() -> None:
    proxy = proxy_for(FAR, "", {"HTTPS_PROXY": "http://me:w%40rd@proxy.corp:3128/"})
    assert (proxy.url, proxy.login) == ("http://proxy.corp:3128", "me:w@rd")
    assert "w@rd" not in repr(proxy)
    assert proxy_for(FAR, "", {"HTTPS_PROXY": "proxy.corp:3128"}).url == "http://proxy.corp:3128"


@pytest.mark.parametrize("value", ["socks5://me:word@127.0.0.1:1080", "http://[", "http://p:99999"])
def test_one_that_cannot_be_used_is_a_warning_and_shows_no_password(value: str) -> None:
    made = settings({"ALL_PROXY": value})
    (warning,) = made.warnings
    assert "`ALL_PROXY`" in warning
    assert "asked without it" in warning
    assert "word" not in warning
    assert made.providers["far"].proxy == DIRECT


@pytest.mark.parametrize(
    ("listed", "host", "excepted"),
    [
        ("*", "api.far.example", True),
        ("far.example", "api.far.example", True),
        ("*.far.example", "api.far.example", True),
        ("FAR.example", "far.example", True),
        ("ar.example", "far.example", False),
        ("other, far.example", "far.example", True),
        ("far.example:443", "far.example", True),
        ("far.example:8443", "far.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.4", "10.1.2.3", False),
        ("[fd00::1]:443", "fd00::1", True),
        ("fd00::/8", "fd00::1", True),
        ("", "far.example", False),
        (".", "far.example", False),
    ],
)
def test_what_no_proxy_names_is_asked_directly(listed: str, host: str, excepted: bool) -> None:
    assert is_excepted(host, 443, {"NO_PROXY": listed}) is excepted
