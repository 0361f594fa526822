from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import asked, known_target, rules, sent, tool, unknown_target
from translators.errors import BadRequest

OPENROUTER = known_target("openrouter", "openai/gpt-5")
GLM = known_target("zai", "glm-4.7")
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
FORCED_SEARCH = {"type": "tool", "name": "web_search"}


def about_tools(target: Any = None, **fields: Any) -> dict[str, Any]:
    """What of the body is about tools."""
    names = ("tools", "tool_choice", "parallel_tool_calls", "web_search_options", "enable_search")
    return {name: value for name, value in sent(asked(**fields), target).items() if name in names}


def test_a_tool_becomes_a_function_without_any_other_key() -> None:
    extra = {"cache_control": {"type": "ephemeral"}, "strict": True, "defer_loading": True, "type": "custom"}
    assert about_tools(tools=[tool("Read", **extra)]) == {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "Read",
                    "description": "does Read",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ]
    }


def test_a_tool_without_description_has_none() -> None:
    assert "description" not in about_tools(tools=[{"name": "x"}])["tools"][0]["function"]


@pytest.mark.parametrize("choice", [{"type": "auto"}, {"type": "any"}, {"type": "none"}, {"type": "tool", "name": "x"}])
@pytest.mark.parametrize("tools", [[], None])
def test_no_tools_means_no_fields_about_tools(tools: Any, choice: dict[str, Any]) -> None:
    assert about_tools(tools=tools, tool_choice={**choice, "disable_parallel_tool_use": True}) == {}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "Read"}, {"type": "function", "function": {"name": "Read"}}),
    ],
)
def test_each_choice_has_its_word(choice: dict[str, Any], expected: Any) -> None:
    assert about_tools(tools=[tool("Read")], tool_choice=choice)["tool_choice"] == expected


def test_no_choice_is_no_field() -> None:
    assert "tool_choice" not in about_tools(tools=[tool()])


def test_one_call_at_a_time_is_asked_for_where_the_field_is_known() -> None:
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    assert about_tools(tools=[tool()], tool_choice=choice)["parallel_tool_calls"] is False
    assert "parallel_tool_calls" not in about_tools(tools=[tool()], tool_choice={"type": "auto"})
    assert "parallel_tool_calls" not in about_tools(unknown_target(parallel_tool_calls=False), tools=[tool()], tool_choice=choice)


def test_a_choice_the_target_does_not_know_is_weakened() -> None:
    any_one = {"type": "any"}
    this_one = {"type": "tool", "name": "Read"}
    assert about_tools(GLM, tools=[tool()], tool_choice=this_one)["tool_choice"] == "auto"
    assert about_tools(unknown_target(tool_choices=("auto", "required")), tools=[tool()], tool_choice=this_one)[
        "tool_choice"
    ] == ("required")
    assert about_tools(known_target("dashscope", "qwen3-max"), tools=[tool()], tool_choice=any_one)["tool_choice"] == "auto"
    assert "tool_choice" not in about_tools(unknown_target(tool_choices=()), tools=[tool()], tool_choice=any_one)
    assert rules(asked(tools=[tool()], tool_choice=any_one), GLM) == ["tools.choice"]


def test_no_tools_are_offered_where_only_so_none_can_be_called() -> None:
    assert about_tools(GLM, tools=[tool()], tool_choice={"type": "none"}) == {}
    assert rules(asked(tools=[tool()], tool_choice={"type": "none"}), GLM) == ["tools.choice"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"tools": [tool()], "tool_choice": {"type": "tool", "name": "Nope"}}, r"tool_choice\.name: tool `Nope` is not among"),
        ({"tools": [tool()], "tool_choice": {"type": "tool"}}, r"tool_choice\.name: Input should be a valid string"),
        ({"tools": [tool()], "tool_choice": {"type": "maybe"}}, r"tool_choice\.type:"),
        ({"tools": [tool()], "tool_choice": "auto"}, r"tool_choice\.type:"),
        ({"tools": [tool(), tool()]}, r"tools\.1\.name: tool names must be unique"),
        ({"tools": [tool("")]}, r"tools\.0\.name:"),
        ({"tools": [{"description": "x"}]}, r"tools\.0\.name:"),
        ({"tools": ["x"]}, r"tools\.0: Input should be an object"),
        ({"tools": {"a": 1}}, r"tools: Input should be a valid list"),
        ({"tools": [{"name": "x", "input_schema": "y"}]}, r"tools\.0\.input_schema: Input should be an object"),
    ],
)
def test_a_tool_or_choice_that_makes_no_sense_is_refused_with_its_place(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        about_tools(**fields)


def test_web_search_is_dropped_with_a_note_where_there_is_none() -> None:
    body = asked(tools=[SEARCH], tool_choice=FORCED_SEARCH)
    assert about_tools(**body) == {}
    assert rules(body) == ["tools.web_search", "tools.choice_dropped"]


def test_a_model_without_web_search_is_told_so_that_it_does_not_invent_results() -> None:
    system = sent(asked(tools=[SEARCH], system="You search."))["messages"][0]
    assert system["role"] == "system"
    assert system["content"].startswith("You search.\n\nWeb search is not available with this model.")


def test_dropped_web_search_leaves_the_other_tools_unforced() -> None:
    got = about_tools(tools=[SEARCH, tool("Read")], tool_choice=FORCED_SEARCH)
    assert [one["function"]["name"] for one in got["tools"]] == ["Read"]
    assert "tool_choice" not in got


def test_web_search_is_openrouters_own_tool_there() -> None:
    assert about_tools(OPENROUTER, tools=[SEARCH], tool_choice=FORCED_SEARCH) == {"tools": [{"type": "openrouter:web_search"}]}
    narrowed = {**SEARCH, "blocked_domains": ["x.com"], "user_location": {"type": "approximate", "city": "Bonn"}}
    assert about_tools(OPENROUTER, tools=[tool(), narrowed], tool_choice={"type": "any"}) == {
        "tools": [
            about_tools(OPENROUTER, tools=[tool()])["tools"][0],
            {
                "type": "openrouter:web_search",
                "parameters": {"excluded_domains": ["x.com"], "user_location": {"type": "approximate", "city": "Bonn"}},
            },
        ],
        "tool_choice": "required",
    }


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "auto"}])
def test_a_search_alone_cannot_be_demanded(choice: dict[str, Any]) -> None:
    assert "tool_choice" not in about_tools(OPENROUTER, tools=[SEARCH], tool_choice=choice)


def test_web_search_is_an_option_of_openais_search_models() -> None:
    target = known_target("openai", "gpt-5-search-api")
    assert about_tools(target, tools=[SEARCH], tool_choice=FORCED_SEARCH) == {"web_search_options": {}}
    located = {**SEARCH, "user_location": {"type": "approximate", "city": "Bonn"}}
    assert about_tools(target, tools=[located]) == {
        "web_search_options": {"user_location": {"type": "approximate", "approximate": {"city": "Bonn"}}}
    }


def test_web_search_is_a_switch_at_dashscope() -> None:
    assert about_tools(known_target("dashscope", "qwen3-max"), tools=[SEARCH]) == {"enable_search": True}


def test_a_search_is_not_offered_where_no_tool_may_be_used() -> None:
    assert about_tools(known_target("dashscope", "qwen3-max"), tools=[SEARCH], tool_choice={"type": "none"}) == {}


def test_the_bash_tool_becomes_a_function_with_its_published_schema() -> None:
    (bash,) = about_tools(tools=[{"type": "bash_20250124", "name": "bash"}])["tools"]
    assert bash["function"]["name"] == "bash"
    assert set(bash["function"]["parameters"]["properties"]) == {"command", "restart"}


@pytest.mark.parametrize(
    ("kind", "name", "commands", "inserted"),
    [
        ("text_editor_20250124", "str_replace_editor", 5, "new_str"),
        ("text_editor_20250429", "str_replace_based_edit_tool", 4, "new_str"),
        ("text_editor_20250728", "str_replace_based_edit_tool", 4, "insert_text"),
    ],
)
def test_the_text_editor_becomes_a_function_of_its_version(kind: str, name: str, commands: int, inserted: str) -> None:
    (editor,) = about_tools(tools=[{"type": kind}])["tools"]
    parameters = editor["function"]["parameters"]
    assert editor["function"]["name"] == name
    assert len(parameters["properties"]["command"]["enum"]) == commands
    assert inserted in parameters["properties"]
    assert parameters["required"] == ["command", "path"]


def test_other_typed_tools_are_dropped_with_one_note() -> None:
    body = asked(
        tools=[{"type": "code_execution_20250825", "name": "code_execution"}, {"type": "memory_20250818"}, tool()],
        tool_choice={"type": "tool", "name": "code_execution"},
    )
    assert len(about_tools(**body)["tools"]) == 1
    assert rules(body) == ["tools.typed", "tools.choice_dropped"]


def test_the_same_tools_give_the_same_bytes() -> None:
    from tests.support.chat_requests import capture, wire

    body = capture("main_first_turn")
    later = {**body, "messages": [*body["messages"], {"role": "assistant", "content": "ok"}]}
    first, second = wire(body).body, wire(later).body
    assert first[first.index(b'"tools":') :] == second[second.index(b'"tools":') :]
