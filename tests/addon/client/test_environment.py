from __future__ import annotations

import pytest

from addon.client.environment import ELSEWHERE, MAX_TIMEOUT_MS, UNUSED, client_environment, taken_out

URL = "http://127.0.0.1:3456"


def test_a_client_is_led_to_the_router_and_nowhere_else() -> None:
    base = {"HOME": "/home/me", "ANTHROPIC_API_KEY": "sk-own", **dict.fromkeys(ELSEWHERE, "1")}
    env = client_environment(URL, base=base, api_timeout_ms=600_000)
    assert env == {
        "HOME": "/home/me",
        "ANTHROPIC_BASE_URL": URL,
        "ANTHROPIC_AUTH_TOKEN": UNUSED,
        "NO_PROXY": "127.0.0.1,localhost,::1",
        "no_proxy": "127.0.0.1,localhost,::1",
        "API_TIMEOUT_MS": "600000",
    }
    assert set(taken_out(base)) == {"ANTHROPIC_API_KEY", *ELSEWHERE}


def test_a_client_key_is_shown() -> None:
    assert client_environment(URL, "the-client-key", {})["ANTHROPIC_AUTH_TOKEN"] == "the-client-key"


def test_with_the_own_login_credentials_stay_and_none_is_made_up() -> None:
    base = {"ANTHROPIC_API_KEY": "sk-own", "CLAUDE_CODE_USE_BEDROCK": "1"}
    env = client_environment(URL, base=base, own_login=True)
    assert env["ANTHROPIC_API_KEY"] == "sk-own"
    assert "ANTHROPIC_AUTH_TOKEN" not in env
    assert taken_out(base, own_login=True) == ("CLAUDE_CODE_USE_BEDROCK",)


def test_a_token_left_over_from_another_router_is_not_taken_for_a_login() -> None:
    assert "ANTHROPIC_AUTH_TOKEN" not in client_environment(URL, base={"ANTHROPIC_AUTH_TOKEN": UNUSED}, own_login=True)
    own = {"ANTHROPIC_AUTH_TOKEN": "a-token-of-mine"}
    assert client_environment(URL, base=own, own_login=True)["ANTHROPIC_AUTH_TOKEN"] == "a-token-of-mine"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({"NO_PROXY": ".corp"}, (".corp,127.0.0.1,localhost,::1",) * 2),
        ({"no_proxy": ".corp, 127.0.0.1"}, (".corp, 127.0.0.1,localhost,::1",) * 2),
        ({"NO_PROXY": "a", "no_proxy": "b"}, ("a,127.0.0.1,localhost,::1", "b,127.0.0.1,localhost,::1")),
        ({"NO_PROXY": "127.0.0.1,localhost,::1"}, ("127.0.0.1,localhost,::1",) * 2),
    ],
)
def test_exceptions_from_proxies_are_kept_and_added_to(base: dict[str, str], expected: tuple[str, str]) -> None:
    env = client_environment(URL, base=base)
    assert (env["NO_PROXY"], env["no_proxy"]) == expected


def test_a_router_on_another_address_is_not_asked_through_a_proxy_either() -> None:
    assert client_environment("http://192.168.1.5:3456", base={})["NO_PROXY"].endswith(",192.168.1.5")


def test_no_time_limit_becomes_the_longest_a_timer_can_run() -> None:
    assert client_environment(URL, base={}, api_timeout_ms=10**12)["API_TIMEOUT_MS"] == str(MAX_TIMEOUT_MS)
    assert client_environment(URL, base={"API_TIMEOUT_MS": "5"})["API_TIMEOUT_MS"] == "5"
