from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.chat_requests import asked, known_target, rules, sent, unknown_target, wire
from translators.errors import BadRequest

USER_ID = json.dumps({"device_id": "d" * 64, "account_uuid": "", "session_id": "1cdeed29-f023-48d6-9739-578826cc624a"})
OPENAI = known_target("openai", "gpt-4o")


def test_max_tokens_is_sent_in_one_field() -> None:
    assert sent(asked(max_tokens=64_000))["max_tokens"] == 64_000
    body = sent(asked(max_tokens=64_000), known_target("openai", "gpt-5"))
    assert body["max_completion_tokens"] == 64_000
    assert "max_tokens" not in body


def test_max_tokens_is_lowered_to_what_the_model_can_give() -> None:
    assert sent(asked(max_tokens=64_000), replace(unknown_target(), max_output=4096))["max_tokens"] == 4096
    assert sent(asked(max_tokens=100), replace(unknown_target(), max_output=4096))["max_tokens"] == 100
    assert sent(asked(max_tokens=64_000), known_target("deepseek", "deepseek-chat"))["max_tokens"] == 8192


def test_max_tokens_may_be_missing() -> None:
    body = asked()
    del body["max_tokens"]
    assert "max_tokens" not in sent(body)


@pytest.mark.parametrize("wrong", [0, -1, "10", 1.5, True])
def test_max_tokens_that_is_no_number_of_tokens_is_refused(wrong: Any) -> None:
    with pytest.raises(BadRequest, match="max_tokens: Input should be a whole number"):
        sent(asked(max_tokens=wrong))


def test_sampling_is_sent_but_not_to_reasoning_models() -> None:
    fields = {"temperature": 1, "top_p": 0.5}
    assert fields.items() <= sent(asked(**fields)).items()
    assert not fields.keys() & sent(asked(**fields), known_target("openai", "o3")).keys()


def test_top_k_goes_only_to_targets_that_know_it() -> None:
    assert "top_k" not in sent(asked(top_k=5))
    assert rules(asked(top_k=5)) == ["settings.top_k"]
    assert sent(asked(top_k=5), known_target("openrouter", "openai/gpt-5"))["top_k"] == 5


def test_the_first_four_stop_sequences_are_sent() -> None:
    assert sent(asked(stop_sequences=["a", "", "b", "c", "d", "e"]))["stop"] == ["a", "b", "c", "d"]
    assert rules(asked(stop_sequences=list("abcde"))) == ["settings.stop"]
    assert "stop" not in sent(asked(stop_sequences=["a"]), known_target("xai", "grok-4"))
    assert "stop" not in sent(asked(stop_sequences=[]))


@pytest.mark.parametrize("wrong", ["stop", [1]])
def test_stop_sequences_that_are_none_are_refused(wrong: Any) -> None:
    with pytest.raises(BadRequest, match="stop_sequences: Input should be a list of strings"):
        sent(asked(stop_sequences=wrong))


def test_the_session_and_a_hash_of_the_user_are_sent_where_known_and_metadata_never() -> None:
    body = sent(asked(metadata={"user_id": USER_ID}), OPENAI)
    assert body["prompt_cache_key"] == "1cdeed29-f023-48d6-9739-578826cc624a"
    assert len(body["user"]) == 32
    assert "metadata" not in body
    assert "d" * 64 not in json.dumps(body)
    assert not {"user", "prompt_cache_key", "metadata"} & sent(asked(metadata={"user_id": USER_ID})).keys()


def test_the_hash_of_the_user_is_the_same_in_every_session() -> None:
    other = USER_ID.replace("1cdeed29", "00000000")
    assert sent(asked(metadata={"user_id": USER_ID}), OPENAI)["user"] == sent(asked(metadata={"user_id": other}), OPENAI)["user"]


def test_the_session_of_an_older_client_is_found_too() -> None:
    body = sent(asked(metadata={"user_id": "user_abc_account_def_session_" + "5" * 80}), OPENAI)
    assert body["prompt_cache_key"] == "5" * 64


def test_the_session_header_helps_where_the_body_says_nothing() -> None:
    body = sent(asked(), OPENAI, {"x-claude-code-session-id": "abc"})
    assert body["prompt_cache_key"] == "abc"
    assert "user" not in body


def test_openrouter_knows_the_session_under_its_own_name() -> None:
    assert "session_id" in sent(asked(metadata={"user_id": USER_ID}), known_target("openrouter", "openai/gpt-5"))


@pytest.mark.parametrize("metadata", [None, "x", {}, {"user_id": 5}, {"user_id": "[]"}, {"user_id": '{"session_id": 5}'}])
def test_strange_metadata_is_no_session(metadata: Any) -> None:
    assert "prompt_cache_key" not in sent(asked(metadata=metadata), OPENAI)


def test_a_user_id_that_is_just_a_name_is_hashed() -> None:
    assert len(sent(asked(metadata={"user_id": "alice"}), OPENAI)["user"]) == 32


def test_settings_of_anthropics_are_dropped_and_the_unusual_ones_named() -> None:
    fields = {
        "service_tier": "auto",
        "container": "c",
        "mcp_servers": [],
        "betas": ["x"],
        "context_management": {},
        "brand_new": 1,
    }
    body = sent(asked(**fields))
    assert not fields.keys() & body.keys()
    usual = ["settings.service_tier", "settings.betas", "settings.context_management"]
    assert rules(asked(**fields)) == [*usual, "settings.dropped"]
    (note,) = [note for note in wire(asked(**fields)).notes if note.rule == "settings.dropped"]
    assert note.fields == ("container", "mcp_servers", "brand_new")
    assert "`brand_new`, `container`, `mcp_servers`" in note.text
