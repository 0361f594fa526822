from __future__ import annotations

import json
from typing import Any

import pytest

from addon.config.foreign import INSTEAD
from tests.support.config import Load, Refusal

SET: dict[str, Any] = {
    "CUSTOM_ROUTER_PATH": "$HOME/router.js",
    "REWRITE_SYSTEM_PROMPT": "/prompt.txt",
    "NON_INTERACTIVE_MODE": True,
    "StatusLine": {"enabled": True},
    "tokenizer": {"type": "tiktoken"},
    "forceUseImageAgent": True,
    "transformers": [{"path": "$HOME/plugin.js", "options": {}}],
    "plugins": [{"name": "token-speed"}],
    "presets": ["x"],
    "HOT_RELOAD": True,
    "LOG_FILE": "/log",
}


def test_all_keys_without_effect_are_named_in_one_warning_with_what_to_do(load: Load) -> None:
    assert set(SET) == set(INSTEAD)
    (warning,) = load(json.dumps(SET), HOME="/home/me").warnings
    assert warning.startswith("keys that have no effect here: `CUSTOM_ROUTER_PATH`: ")
    for key, instead in INSTEAD.items():
        assert f"`{key}`: {instead}" in warning
    assert "router.js" not in warning


@pytest.mark.parametrize(
    "unset",
    [
        {"CUSTOM_ROUTER_PATH": ""},
        {"NON_INTERACTIVE_MODE": False},
        {"StatusLine": {"enabled": False, "currentStyle": "default"}},
        {"StatusLine": {}},
        {"transformers": []},
        {"forceUseImageAgent": None},
        {"$schema": "https://example.com"},
    ],
)
def test_one_that_is_not_set_to_anything_is_not_worth_a_warning(load: Load, unset: dict[str, Any]) -> None:
    assert load(json.dumps(unset)).warnings == ()


@pytest.mark.parametrize("key", ["statusline", "STATUS_LINE", "custom_router_path", "Plugins"])
def test_they_may_be_spelt_as_all_keys(load: Load, key: str) -> None:
    (warning,) = load(json.dumps({key: "x"})).warnings
    assert f"`{key}`: " in warning


def test_variables_that_people_keep_in_the_file_are_named_too_but_not_shown(load: Load) -> None:
    text = json.dumps({"OPENAI_API_KEY": "$OPENAI_API_KEY", "VERTEX_AI_PROJECT_ID": "my-secret"})
    (warning,) = load(text, OPENAI_API_KEY="sk-secret").warnings
    assert "`OPENAI_API_KEY`: set variables in the environment, where `$NAME` finds them" in warning
    assert "`VERTEX_AI_PROJECT_ID`: " in warning
    assert "secret" not in warning


@pytest.mark.parametrize("key", ["API_TIMEOUT", "PROXY_ULR", "LOG_LEVELS", "CUSTOM_ROUTER_PAHT", "foo", "Rooter"])
def test_what_only_looks_like_a_variable_but_is_close_to_a_key_is_a_misspelt_key(refusal: Refusal, key: str) -> None:
    assert f"{key}: `{key}` is not a key that is known here\nhint: " in refusal(json.dumps({key: "x"}), "config.json")


def test_they_are_known_at_the_top_only(refusal: Refusal) -> None:
    text = json.dumps({"Router": {"StatusLine": "x", "OPENAI_API_KEY": "x"}})
    assert refusal(text, "config.json").count("is not a key that is known here") == 2
