"""Every captured request of the real client: what it is, and where it goes when every route is configured."""

from __future__ import annotations

import json

import pytest

from addon.routing.decide import decide
from addon.routing.facts import facts_of
from tests.support.routing import CAPTURES, Table, captured

WAYS = {
    "after_compact": ("main", "default", "nothing special"),
    "compact": ("compaction", "default", "compaction"),
    "interactive_first_turn": ("main", "default", "nothing special"),
    "main_first_turn": ("main", "default", "nothing special"),
    "main_model_haiku": ("main", "default", "nothing special"),
    "main_tool_error": ("main", "default", "nothing special"),
    "main_tool_results_with_image": ("main", "image", "an image in the newest turn"),
    "model_switch_probe": ("probe", "explicit", "the client named `mockprov,mock-large`"),
    "plan_mode_ultrathink": ("main", "explicit", "the client named `mockprov,mock-large`"),
    "subagent_first_turn": ("subagent", "background", "subagent on Haiku"),
    "subagent_tool_result": ("subagent", "background", "subagent on Haiku"),
    "title_headless": ("title", "background", "title request"),
    "title_interactive": ("title", "background", "title request"),
    "web_search": ("web search", "webSearch", "web search"),
}

TOKENS: dict[str, int] = json.loads((CAPTURES / "TOKENS.json").read_text())["counts"]


@pytest.mark.parametrize("name", WAYS)
def test_a_captured_request_takes_its_route(name: str) -> None:
    decision = decide(captured(name), TOKENS[name], Table())
    assert (decision.kind, decision.route, decision.reason) == WAYS[name]


@pytest.mark.parametrize("name", WAYS)
def test_a_captured_request_takes_the_same_route_without_its_headers(name: str) -> None:
    request = captured(name)
    bare = type(request)(request.raw, request.body)
    decision = decide(bare, TOKENS[name], Table())
    assert (decision.kind, decision.route, decision.reason) == WAYS[name]


def test_every_capture_is_in_the_table() -> None:
    assert {path.stem for path in CAPTURES.glob("*.json")} - {"TOKENS"} == set(WAYS)


@pytest.mark.parametrize("name", WAYS)
def test_over_the_threshold_everything_that_names_no_model_goes_to_long_context(name: str) -> None:
    decision = decide(captured(name), 60_001, Table())
    assert decision.route == ("explicit" if WAYS[name][1] == "explicit" else "longContext")


@pytest.mark.parametrize("name", WAYS)
def test_session_and_entrypoint_are_read_with_and_without_headers(name: str) -> None:
    request = captured(name)
    facts = facts_of(request, 0)
    bare = facts_of(type(request)(request.raw, request.body), 0)
    assert facts.session == bare.session == request.headers["x-claude-code-session-id"]
    assert facts.entrypoint == bare.entrypoint
    assert facts.entrypoint in ("cli", "sdk-cli")
    assert facts.claude_code
    assert bare.claude_code


def test_the_decision_keeps_the_request_it_was_given() -> None:
    request = captured("main_first_turn")
    assert decide(request, 1, Table()).request is request
