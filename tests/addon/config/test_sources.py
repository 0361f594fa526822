from __future__ import annotations

from typing import Any

from addon.config.build import build
from addon.config.document import Document

MODEL = {"max_output": 8192, "params": {"top_k": 1}, "quirks": {"images": False}}
PROVIDER: dict[str, Any] = {
    "base_url": "https://acme.example/v1",
    "api_key": "k",
    "models": ["m", "n"],
    "params": {"temperature": 0.2, "top_k": 2},
    "quirks": {"max_stop": 1},
    "headers": {"X-Team": "a"},
    "model_info": {"m": MODEL},
    "transformer": {
        "use": [["maxtoken", {"max_tokens": 16384}], "streamoptions"],
        "n": {"use": [["maxtoken", {"max_tokens": 99}]]},
    },
}


def sources(model: str) -> dict[str, str]:
    tree = {"providers": {"acme": PROVIDER}, "router": {"default": "acme,m"}}
    return dict(build(Document("test", "", tree), {}).providers["acme"].target(model).sources)


def test_each_thing_that_is_set_names_the_key_that_set_it() -> None:
    found = sources("m")
    assert found["params.temperature"] == "providers.acme.params.temperature"
    assert found["params.top_k"] == "providers.acme.model_info.m.params.top_k"
    assert found["quirks.max_stop"] == "providers.acme.quirks.max_stop"
    assert found["quirks.images"] == "providers.acme.model_info.m.quirks.images"
    assert found["headers.x-team"] == "providers.acme.headers.X-Team"
    assert found["max_output"] == "providers.acme.model_info.m.max_output"


def test_what_a_transformer_sets_names_the_transformer() -> None:
    assert sources("n")["max_output"] == "providers.acme.transformer.n"
    assert sources("other")["max_output"] == "providers.acme.transformer"
    assert sources("other")["quirks.stream_usage"] == "providers.acme.transformer"


def test_no_value_is_in_it() -> None:
    assert not {"0.2", "a", "8192"} & set(sources("m").values())
