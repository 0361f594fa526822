from __future__ import annotations

from typing import Any

import pytest

from addon.routing.choice import Choice
from addon.routing.decide import NoRoute, UnknownModel, decide
from tests.support.routing import (
    HAIKU,
    IMAGE,
    PLAN,
    Table,
    asked,
    assistant,
    call,
    captured,
    changed,
    chosen,
    only,
    result,
    system,
    user,
)

# --- long context, images, web search


def test_the_threshold_itself_is_not_over_it() -> None:
    assert chosen(asked([user("hi")]), 60_000)[0] == "default"
    assert chosen(asked([user("hi")]), 61_234) == ("longContext", "61,234 tokens > 60,000")


def test_long_context_comes_before_every_other_kind() -> None:
    assert chosen(asked([user("look", IMAGE), system(PLAN)]), 60_001)[0] == "longContext"


def test_compaction_over_the_threshold_is_long_context() -> None:
    decision = decide(captured("compact"), 100_000, Table())
    assert (decision.kind, decision.route) == ("compaction", "longContext")


@pytest.mark.parametrize(
    "content", [[IMAGE], ["look", IMAGE], [result([IMAGE])], [result([{"type": "text", "text": "x"}, IMAGE])]]
)
def test_an_image_in_the_newest_turn_is_seen_also_within_a_tool_result(content: list[Any]) -> None:
    assert chosen(asked([user("a"), assistant(call("Read")), user(*content)]))[0] == "image"


def test_an_image_is_seen_before_a_trailing_system_message() -> None:
    assert chosen(asked([user("look", IMAGE), system("Available agent types …")]))[0] == "image"


def test_an_image_of_an_earlier_turn_does_not_count() -> None:
    assert chosen(asked([user("look", IMAGE), assistant("red"), user("thanks")]))[0] == "default"


def test_web_search_needs_its_typed_tool_forced_or_alone() -> None:
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
    bash = {"name": "Bash", "input_schema": {}}
    forced = {"type": "tool", "name": "web_search"}
    assert chosen(asked([user("q")], tools=[search]))[0] == "webSearch"
    assert chosen(asked([user("q")], tools=[bash, search], tool_choice=forced))[0] == "webSearch"
    assert chosen(asked([user("q")], tools=[bash, search]))[0] == "default"
    assert chosen(asked([user("q")], tools=[{"name": "web_search", "input_schema": {}}]))[0] == "default"


# --- background


def test_a_title_request_is_background_whichever_model_it_carries() -> None:
    assert chosen(changed("title_headless", model="claude-sonnet-5")) == ("background", "title request")


def test_a_summary_without_tools_is_background() -> None:
    request = changed(
        "title_headless", output_config={"effort": "high"}, system="Summarize this coding conversation in under 50 characters."
    )
    decision = decide(request, 10, Table())
    assert (decision.kind, decision.route, decision.reason) == ("summary", "background", "summary request")


def test_another_side_job_without_tools_is_background() -> None:
    request = changed("title_headless", output_config=None, system="Is this command safe?")
    decision = decide(request, 10, Table())
    assert (decision.kind, decision.route, decision.reason) == ("side job", "background", "side job")


def test_a_title_keeps_its_route_at_any_effort() -> None:
    title = captured("title_headless").body["output_config"]["format"]
    assert chosen(changed("title_headless", output_config={"effort": "max", "format": title}))[0] == "background"


def test_a_session_without_tools_is_no_side_job() -> None:
    cached = [{"type": "text", "text": "You are a Claude agent", "cache_control": {"type": "ephemeral"}}]
    assert chosen(asked([user("hi")], tools=[]))[0] == "default"
    assert chosen(asked([user("hi")], tools=[], system=cached, thinking={"type": "disabled"}))[0] == "default"


def test_another_programs_request_without_tools_is_no_side_job() -> None:
    assert chosen(asked([user("hi")], tools=None, thinking=None, output_config=None))[0] == "default"


def test_another_programs_schema_with_a_title_among_its_fields_is_no_title_request() -> None:
    schema = {"type": "object", "properties": {"title": {}, "author": {}, "year": {}}}
    wanted = {"format": {"type": "json_schema", "schema": schema}}
    assert chosen(asked([user("hi")], tools=None, thinking=None, output_config=wanted))[0] == "default"


def test_a_session_of_a_user_who_chose_haiku_is_not_background() -> None:
    assert chosen(captured("main_model_haiku"))[0] == "default"
    assert chosen(changed("main_model_haiku", thinking={"type": "disabled"}))[0] == "default"
    assert chosen(changed("main_model_haiku", thinking=None))[0] == "default"


@pytest.mark.parametrize("tools", [None, [], [{"name": "classify", "input_schema": {}}]])
def test_a_haiku_call_beside_the_session_is_background(tools: list[Any] | None) -> None:
    request = asked([user("Web page content: …")], model=HAIKU, tools=tools, thinking=None, output_config=None)
    assert chosen(request) == ("background", "side job on Haiku")


def test_a_subagent_is_background_only_on_haiku() -> None:
    assert chosen(captured("subagent_first_turn"))[0] == "background"
    decision = decide(changed("subagent_first_turn", model="claude-opus-4-8"), 10, Table())
    assert (decision.kind, decision.route) == ("subagent", "default")


@pytest.mark.parametrize(
    ("model", "text", "route"), [(HAIKU, "quota", "background"), (HAIKU, "Hi", "default"), ("claude-opus-4-8", "Hi", "default")]
)
def test_a_probe_of_a_claude_model_tests_the_default_route(model: str, text: str, route: str) -> None:
    decision = decide(changed("model_switch_probe", model=model, messages=[user(text)]), 10, Table())
    assert (decision.kind, decision.route) == ("probe", route)


# --- routes that are not configured


def test_a_route_that_is_not_configured_falls_through_and_the_reason_says_so() -> None:
    passed = "70,000 tokens > 60,000, but no longContext route; an image in the newest turn, but no image route"
    planning = asked([user("x", IMAGE), system(PLAN)])
    assert chosen(planning, 70_000, only("default")) == (
        "default",
        f"{passed}; plan mode, but no think route: default",
    )
    assert chosen(planning, 70_000, only("default", "think")) == (
        "think",
        f"{passed}; plan mode",
    )
    assert chosen(captured("title_headless"), 10, only("default"))[1] == "title request, but no background route: default"


def test_a_web_search_on_haiku_without_its_route_is_background() -> None:
    assert chosen(changed("web_search", model=HAIKU), 10, only("default", "background"))[0] == "background"


def test_nothing_configured_is_said() -> None:
    with pytest.raises(NoRoute, match="hint:"):
        decide(asked([user("hi")]), 10, only())


# --- counts


def test_a_token_count_is_its_own_kind_and_takes_the_default() -> None:
    decision = decide(asked([user("hi", IMAGE)], tools=None, thinking=None), 100_000, Table(), counting=True)
    assert (decision.kind, decision.route) == ("count", "default")
    assert decide(captured("model_switch_probe"), 1, Table(), counting=True).choice == Choice("mockprov", "mock-large")


# --- fallbacks

A, B, C = Choice("p", "a"), Choice("p", "b"), Choice("p", "c")


def test_fallbacks_are_the_routes_own_without_the_chosen_one_and_without_repeats() -> None:
    table = Table(lists={"default": [A, Choice("mockprov", "default"), B, A], "*": [C]})
    assert decide(asked([user("hi")]), 10, table).fallbacks == (A, B)
    assert decide(captured("title_headless"), 10, table).fallbacks == (C,)


def test_a_model_the_client_named_uses_the_defaults_list() -> None:
    table = Table(lists={"default": [A, Choice("mockprov", "mock-large")], "explicit": [C]})
    decision = decide(captured("model_switch_probe"), 10, table)
    assert decision.named_by_client
    assert decision.fallbacks == (A,)


def test_a_routed_request_was_not_named_by_the_client() -> None:
    assert not decide(asked([user("hi")]), 10, Table()).named_by_client


# --- the subagent tag


def test_the_tag_decides_before_the_routes_and_is_gone_from_the_request() -> None:
    request = changed(
        "subagent_first_turn",
        system=[{"type": "text", "text": "<CCR-SUBAGENT-MODEL>openrouter,openai/gpt-5</CCR-SUBAGENT-MODEL>Find."}],
    )
    decision = decide(request, 100_000, Table())
    assert (decision.route, decision.choice) == ("subagent", Choice("OpenRouter", "openai/gpt-5"))
    assert decision.reason == "the subagent's tag names `openrouter,openai/gpt-5`"
    assert decision.named_by_client
    assert decision.request.body["system"][0]["text"] == "Find."
    assert b"CCR-SUBAGENT" not in decision.request.raw


def test_a_model_named_in_the_request_comes_before_the_tag_which_is_removed_all_the_same() -> None:
    tagged = [user("<CCR-SUBAGENT-MODEL>openrouter,openai/gpt-5</CCR-SUBAGENT-MODEL>go")]
    decision = decide(changed("subagent_first_turn", model="mockprov,mock-large", messages=tagged), 10, Table())
    assert decision.choice == Choice("mockprov", "mock-large")
    assert b"CCR-SUBAGENT" not in decision.request.raw


@pytest.mark.parametrize("value", ["nowhere,model", "just-a-model", "claude-opus-4-8", ""])
def test_a_tag_that_names_nothing_configured_is_an_error(value: str) -> None:
    tagged = [user(f"<CCR-SUBAGENT-MODEL>{value}</CCR-SUBAGENT-MODEL>go")]
    with pytest.raises(UnknownModel, match="hint:"):
        decide(changed("subagent_first_turn", messages=tagged), 10, Table())
