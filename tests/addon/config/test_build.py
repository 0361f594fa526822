from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.config import Load, Refusal

SECRETS = {
    "api_key": "sk-provider-secret",
    "api_keys": ["sk-second-secret"],
    "headers": {"X-Auth": "header-secret"},
}


def config(**top: Any) -> str:
    provider = {"name": "p", "base_url": "https://host.example/v1", "models": ["m"]} | SECRETS
    return json.dumps({"providers": [provider], "router": {"default": "p,m"}, "APIKEY": "client-secret"} | top)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "*"])
def test_other_machines_are_let_in_only_with_a_client_key(load: Load, refusal: Refusal, host: str) -> None:
    assert load(config(HOST=host)).host == host
    assert refusal(f"HOST: '{host}'") == (
        f"config.yaml:1:1: HOST: `{host}` lets other machines in, and no client key is asked for\n"
        "hint: set `APIKEY` to a key that clients must show, or `HOST: 127.0.0.1`"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_needs_no_client_key(load: Load, host: str) -> None:
    assert load(config(HOST=host, APIKEY="")).client_keys == ()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("PORT", 65536, "PORT: `65536` must be less than or equal to 65535"),
        ("PORT", -1, "PORT: `-1` must be greater than or equal to 0"),
        ("PORT", 1.5, "PORT: `1.5` is not a whole number\nhint: write digits only"),
        ("PORT", "many", "PORT: `many` is not a whole number\nhint: write digits only"),
        ("PORT", True, "PORT: `true` is not a number\nhint: write digits"),
        ("PORT", [1], "PORT: a list is not a whole number\nhint: write digits only"),
        ("HOST", 1, "HOST: `1` is not a text\nhint: put it in quotes"),
        ("LOG", "perhaps", "LOG: `perhaps` is neither `true` nor `false`\nhint: write `true` or `false`"),
        (
            "LOG_LEVEL",
            "loud",
            "LOG_LEVEL: `loud` is not one of the words known here\nhint: known are `debug`, ",
        ),
        ("API_TIMEOUT_MS", "soon", "API_TIMEOUT_MS: `soon` is not a number\nhint: write digits, with a point if need be"),
        ("API_TIMEOUT_MS", -1, "API_TIMEOUT_MS: `-1` must be greater than or equal to 0"),
        ("timeouts", {"idle": "1e999"}, "timeouts.idle: `1e999` is not a finite number\nhint: 0 stands for no limit"),
        ("timeouts", 3, "timeouts: `3` is not a mapping\nhint: indent its keys below it"),
        ("retry", {"attempts": 0}, "retry.attempts: `0` must be greater than or equal to 1"),
        ("router", {"longContextThreshold": 0}, "router.longContextThreshold: `0` must be greater than 0"),
        ("router", "p,m", "router: `p,m` is not a mapping\nhint: indent its keys below it"),
        (
            "PROXY_URL",
            "127.0.0.1:7890",
            "PROXY_URL: `127.0.0.1:7890` is not an http or https URL\nhint: write it as `http://host:port`",
        ),
        ("PROXY_URL", "http://me:secret@h:1", "PROXY_URL: `http://…@h:1` holds a user name or password\nhint: write it as"),
        (
            "HOST",
            "http://127.0.0.1",
            "HOST: `http://127.0.0.1` is not the name or address of a host\nhint: write `127",
        ),
        ("HOST", "127.0.0.1:3456", "HOST: `127.0.0.1:3456` is not the name or address of a host\nhint: "),
        ("HOST", "not a host", "HOST: `not a host` is not the name or address of a host\nhint: "),
        ("APIKEY", 12345, "APIKEY: the value (not shown) is not a list"),
        ("APIKEYS", ["a\nb"], "APIKEYS: key 1 holds characters that no HTTP header can carry"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(refusal: Refusal, key: str, value: object, message: str) -> None:
    text = json.loads(config())
    if key == "APIKEYS":
        del text["APIKEY"]
    assert f": {message}" in refusal(json.dumps(text | {key: value}), "config.json")


def test_the_total_timeout_is_given_once(refusal: Refusal) -> None:
    message = refusal("API_TIMEOUT_MS: 1000\ntimeouts: {total: 1}")
    assert message == (
        "config.yaml:1:1: API_TIMEOUT_MS: is the same as `timeouts.total`, which is given too\n"
        "hint: keep one of the two; `API_TIMEOUT_MS` is in milliseconds, `timeouts.total` in seconds"
    )


@pytest.mark.parametrize(("value", "total"), [("600000", 600.0), (1000, 1.0)])
def test_a_provider_s_own_total_goes_over_the_general_one(load: Load, value: object, total: float) -> None:
    providers = [{"name": "p", "base_url": "http://127.0.0.1:1/v1", "timeouts": {"idle": 5}}]
    providers.append({"name": "q", "base_url": "http://127.0.0.1:1/v1", "timeouts": {"total": 7}})
    settings = load(json.dumps({"providers": providers, "router": {"default": "p,m"}, "API_TIMEOUT_MS": value}))
    assert (settings.providers["p"].timeouts.total, settings.providers["q"].timeouts.total) == (total, 7)


def test_an_unset_variable_is_refused_with_its_key_and_place(refusal: Refusal) -> None:
    text = "providers:\n  - name: openai\n    api_key: $OPENAI_API_KEY\nrouter:\n  default: openai,$MODEL\n"
    assert refusal(text) == (
        "config.yaml:3:5: providers.openai.api_key: the environment variable `OPENAI_API_KEY` is not set\n"
        "hint: export OPENAI_API_KEY=…, give a default as in `${OPENAI_API_KEY:-default}`, or write `$$` for a dollar sign\n"
        "config.yaml:5:3: router.default: the environment variable `MODEL` is not set\n"
        "hint: export MODEL=…, give a default as in `${MODEL:-default}`, or write `$$` for a dollar sign"
    )


def test_variables_are_replaced_everywhere_routes_included(load: Load) -> None:
    text = "providers: [{name: $P, base_url: 'http://127.0.0.1:${N:-5}/v1', api_key: $K}]\nrouter: {default: '$P,$M'}\nport: $N"
    settings = load(text, P="p", M="a,b", K="sk-1", N="7")
    assert str(settings.router.default) == "p,a,b"
    assert (settings.providers["p"].base_url, settings.providers["p"].keys, settings.port) == (
        "http://127.0.0.1:7/v1",
        ("sk-1",),
        7,
    )


def test_a_key_from_an_empty_variable_is_an_empty_key(refusal: Refusal) -> None:
    text = "providers: [{name: p, base_url: 'https://h.example/v1', api_key: $K}]\nrouter: {default: 'p,m'}"
    assert refusal(text, K="").startswith("config.yaml:1:57: providers.p.api_key: is empty\n")


def test_no_credential_is_ever_shown(load: Load) -> None:
    settings = load(config())
    provider = settings.providers["p"]
    assert settings.client_keys == ("client-secret",)
    assert provider.keys == ("sk-provider-secret", "sk-second-secret")
    shown = f"{settings!r} {settings} {provider!r} {settings.providers!r} {settings.warnings!r}"
    assert "secret" not in shown


@pytest.mark.parametrize(
    "broken",
    [
        {"api_key": ["sk-secret"]},
        {"api_key": "sk secret"},
        {"api_kye": "sk-secret"},
        {"headers": {"X": ["secret"]}},
        {"headers": {"bad name": "secret"}},
        {"headers": "secret"},
        {"base_url": "https://user:secret@host"},
        {"base_url": "secret://x", "api_key": "also-secret"},
    ],
)
def test_no_refusal_shows_a_credential(refusal: Refusal, broken: dict[str, Any]) -> None:
    provider = {"name": "p", "base_url": "https://host.example/v1"} | broken
    message = refusal(
        json.dumps({"providers": [provider], "APIKEY": "client-secret", "router": {"default": "p,m"}}), "config.json"
    )
    assert "secret" not in message.replace("secret://x", "")


def test_a_value_from_a_variable_is_quoted_as_it_was_written(refusal: Refusal) -> None:
    assert refusal("port: $TOKEN", TOKEN="very-secret") == (
        "config.yaml:1:1: port: `$TOKEN` is not a whole number\nhint: write digits only"
    )


def test_a_long_value_is_cut_in_messages(refusal: Refusal) -> None:
    assert f"`{'x' * 59}…`" in refusal(f"port: {'x' * 500}")


def test_settings_cannot_be_changed(load: Load) -> None:
    settings = load(config())
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.providers["q"] = settings.providers["p"]  # type: ignore[index]


def test_loading_twice_gives_equal_settings(load: Load) -> None:
    assert load(config()) == load(config())
