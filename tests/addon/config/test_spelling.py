from __future__ import annotations

import json

import pytest

from tests.support.config import Load

PROVIDER = {"name": "p", "base_url": "https://host.example/v1", "api_key": "sk-1", "models": ["m"]}


def config(**keys: object) -> str:
    return json.dumps({"providers": [PROVIDER], "router": {"default": "p,m"}} | keys)


def provider(without: str, **keys: object) -> str:
    kept = {name: value for name, value in PROVIDER.items() if name != without}
    return json.dumps({"providers": [kept | keys], "router": {"default": "p,m"}})


@pytest.mark.parametrize("spelling", ["Providers", "providers", "PROVIDERS"])
def test_providers_may_be_spelt(load: Load, spelling: str) -> None:
    settings = load(json.dumps({spelling: [PROVIDER], "Router": {"default": "p,m"}}))
    assert list(settings.providers) == ["p"]


@pytest.mark.parametrize(
    "spelling", ["api_base_url", "baseUrl", "baseURL", "baseurl", "base_url", "api_base", "HOST", "BASE_URL", "api-base-url"]
)
def test_the_base_url_may_be_spelt(load: Load, spelling: str) -> None:
    settings = load(provider("base_url", **{spelling: "https://host.example/v1/chat/completions"}))
    assert settings.providers["p"].base_url == "https://host.example/v1"


@pytest.mark.parametrize("spelling", ["api_key", "apiKey", "apikey", "key", "APIKEY", "API_KEY"])
def test_the_key_may_be_spelt(load: Load, spelling: str) -> None:
    assert load(provider("api_key", **{spelling: "sk-2"})).providers["p"].keys == ("sk-2",)


@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        ("api_keys", ["a", "b"]),
        ("apiKeys", ["a", "b"]),
        ("keys", ["a", "b"]),
        ("credentials", ["a", "b"]),
        ("credentials", [{"api_key": "a", "name": "one"}, {"apiKey": "b"}]),
        ("keys", [" a", "b", "", "a"]),
    ],
)
def test_several_keys_may_be_spelt(load: Load, spelling: str, value: object) -> None:
    assert load(provider("api_key", **{spelling: value})).providers["p"].keys == ("a", "b")


def test_one_key_and_several_are_taken_together(load: Load) -> None:
    assert load(provider("", api_keys=["sk-2", "sk-1"])).providers["p"].keys == ("sk-1", "sk-2")


@pytest.mark.parametrize("spelling", ["name", "NAME", "id"])
def test_the_name_may_be_spelt(load: Load, spelling: str) -> None:
    assert list(load(provider("name", **{spelling: "p"})).providers) == ["p"]


@pytest.mark.parametrize(("spelling", "value"), [("models", ["m", "n"]), ("MODELS", ["m", "n"])])
def test_the_models_may_be_spelt(load: Load, spelling: str, value: object) -> None:
    assert load(provider("models", **{spelling: value})).providers["p"].models == ("m", "n")


@pytest.mark.parametrize(("value", "models"), [("m", ("m",)), (["*"], ("*",)), ([], ("*",)), (None, ("*",)), ("", ("*",))])
def test_one_model_any_model_and_no_list(load: Load, value: object, models: tuple[str, ...]) -> None:
    assert load(provider("models", models=value)).providers["p"].models == models


@pytest.mark.parametrize("spelling", ["transformer", "transformers", "TRANSFORMERS"])
def test_the_transformer_may_be_spelt(load: Load, spelling: str) -> None:
    assert load(provider("", **{spelling: {"use": ["Anthropic"]}})).providers["p"].dialect == "anthropic"


@pytest.mark.parametrize(
    ("key", "value", "port"),
    [
        ("PORT", 4000, 4000),
        ("port", "4000", 4000),
        ("Port", " 4000 ", 4000),
        ("port", 0, 0),
        ("PORT", "", 3456),
        ("PORT", None, 3456),
    ],
)
def test_the_port_may_be_spelt(load: Load, key: str, value: object, port: int) -> None:
    assert load(config(**{key: value})).port == port


@pytest.mark.parametrize(("key", "value"), [("HOST", "::1"), ("host", "[::1]"), ("Host", "::1")])
def test_the_host_may_be_spelt(load: Load, key: str, value: str) -> None:
    assert load(config(**{key: value})).host == "::1"


@pytest.mark.parametrize(
    ("key", "value", "keys"),
    [
        ("APIKEY", "one", ("one",)),
        ("APIKEYS", ["one", "two"], ("one", "two")),
        ("apiKeys", ["one", "two"], ("one", "two")),
        ("apiKeys", "one", ("one",)),
        ("client_keys", ["one"], ("one",)),
        ("APIKEY", "", ()),
        ("APIKEY", None, ()),
    ],
)
def test_client_keys_may_be_spelt(load: Load, key: str, value: object, keys: tuple[str, ...]) -> None:
    assert load(config(**{key: value})).client_keys == keys


@pytest.mark.parametrize("key", ["PROXY_URL", "HTTPS_PROXY", "httpsProxy", "https_proxy", "proxy_url"])
def test_the_proxy_may_be_spelt(load: Load, key: str) -> None:
    settings = load(config(**{key: "http://127.0.0.1:7890"}))
    assert settings.official_proxy.url == settings.providers["p"].proxy.url == "http://127.0.0.1:7890"


@pytest.mark.parametrize(("value", "seconds"), [(600000, 600.0), ("600000", 600.0), (1500.5, 1.5005), (0, float("inf"))])
@pytest.mark.parametrize("key", ["API_TIMEOUT_MS", "api_timeout_ms", "apiTimeoutMs"])
def test_the_timeout_in_milliseconds_is_the_total(load: Load, key: str, value: object, seconds: float) -> None:
    settings = load(config(**{key: value}))
    assert settings.timeouts.total == settings.providers["p"].timeouts.total == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("keys", "level"),
    [
        ({}, "info"),
        ({"LOG_LEVEL": "debug"}, "debug"),
        ({"LOG_LEVEL": "fatal"}, "error"),
        ({"LOG_LEVEL": "TRACE"}, "debug"),
        ({"log_level": "warning"}, "warn"),
        ({"LOG": True}, "info"),
        ({"LOG": False, "LOG_LEVEL": "debug"}, "error"),
        ({"LOG": "false"}, "error"),
    ],
)
def test_the_log_may_be_spelt(load: Load, keys: dict[str, object], level: str) -> None:
    assert load(config(**keys)).log_level == level


@pytest.mark.parametrize("router", ["Router", "router", "ROUTER"])
@pytest.mark.parametrize(
    ("key", "route"),
    [
        ("default", "default"),
        ("background", "background"),
        ("think", "think"),
        ("longContext", "longContext"),
        ("long_context", "longContext"),
        ("webSearch", "webSearch"),
        ("web_search", "webSearch"),
        ("image", "image"),
    ],
)
def test_routes_may_be_spelt(load: Load, router: str, key: str, route: str) -> None:
    text = json.dumps({"providers": [PROVIDER], router: {key: "p,m"}})
    assert str(load(text).router.routes[route]) == "p,m"


@pytest.mark.parametrize("key", ["longContextThreshold", "long_context_threshold"])
@pytest.mark.parametrize("value", [100000, "100000"])
def test_the_threshold_may_be_spelt(load: Load, key: str, value: object) -> None:
    assert load(config(router={"default": "p,m", key: value})).router.long_context_threshold == 100_000


def test_providers_may_be_a_mapping_by_name(load: Load) -> None:
    text = json.dumps({"providers": {"p": PROVIDER | {"name": "p"}, "q": {k: v for k, v in PROVIDER.items() if k != "name"}}})
    assert list(load(text).providers) == ["p", "q"]


def test_the_claude_path_is_kept_for_the_command_line(load: Load) -> None:
    assert load(config(CLAUDE_PATH="/opt/claude")).claude_path == "/opt/claude"
