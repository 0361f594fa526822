"""Which model answers which request of the real client, and that nothing of the client's reaches a provider."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.sessions import SESSIONS, text
from tests.fakes.chat_fake import KEY, ChatFake
from tests.fakes.fake import Seen
from tests.fakes.script import prompt
from tests.support.claude import TOKEN, base_url, run_client
from tests.support.router import Router

BY_NAME = {session.name: session for session in SESSIONS}


def play(client: Path, router: Router, name: str) -> None:
    session = BY_NAME[name]
    run = run_client(client, session.prompt, env=base_url(router.url), files=session.files)
    assert run.result == session.result


def tools_of(seen: Seen) -> int:
    return len(seen.body.get("tools", []))


def test_titles_go_to_the_background_and_turns_to_the_default(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "one tool")
    assert [tools_of(seen) for seen in chat_fake.asked("small")] == [0]
    assert all(tools_of(seen) > 20 for seen in chat_fake.asked("big"))
    assert len(chat_fake.asked("big")) == 2
    assert len(chat_fake.asked()) == 3


def test_a_title_is_asked_for_in_the_form_the_client_demands(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "text with unicode")
    [title] = chat_fake.asked("small")
    demanded = json.dumps([title.body.get("response_format"), title.body["messages"][0]])
    assert "JSON" in demanded
    assert "title" in demanded
    assert "additionalProperties" in demanded


def test_thinking_in_every_turn_does_not_make_it_a_thinking_job(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "thinking")
    assert chat_fake.asked("deep") == []


def test_ultrathink_goes_to_the_thinking_model(client: Path, router: Router, chat_fake: ChatFake) -> None:
    run = run_client(client, prompt([[text("Deep.")]], "ultrathink about it."), env=base_url(router.url))
    assert run.result == "Deep."
    assert len(chat_fake.asked("deep")) == 1
    assert chat_fake.asked("big") == []


def test_plan_mode_goes_to_the_thinking_model(client: Path, router: Router, chat_fake: ChatFake) -> None:
    plan = ("--permission-mode", "plan")
    run = run_client(client, prompt([[text("A plan.")]]), env=base_url(router.url), args=plan)
    assert run.result == "A plan."
    assert len(chat_fake.asked("deep")) == 1


def test_a_subagent_on_haiku_goes_to_the_background(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "a subagent")
    with_tools = [seen for seen in chat_fake.asked("small") if tools_of(seen)]
    assert len(with_tools) == 2


def test_a_session_on_haiku_is_no_background_job(client: Path, router: Router, chat_fake: ChatFake) -> None:
    run = run_client(client, prompt([[text("Hai.")]]), env=base_url(router.url), args=("--model", "haiku"))
    assert run.result == "Hai."
    assert len(chat_fake.asked("big")) == 1


def test_a_web_search_goes_to_its_route(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "a web search")
    assert len(chat_fake.asked("seeker")) == 1


def test_an_image_just_read_goes_to_its_route(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "reading an image")
    assert len(chat_fake.asked("eyes")) == 1


def test_a_model_named_by_the_client_is_taken(client: Path, router: Router, chat_fake: ChatFake) -> None:
    run = run_client(client, prompt([[text("Spare.")]]), env=base_url(router.url), args=("--model", "fake,spare"))
    assert run.result == "Spare."
    assert [tools_of(seen) > 20 for seen in chat_fake.asked("spare")].count(True) == 1


def test_nothing_of_the_client_reaches_the_provider(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "a subagent")
    assert [leak for seen in chat_fake.seen for leak in seen.leaks] == []
    assert {seen.request.header("authorization") for seen in chat_fake.seen} == {f"Bearer {KEY}"}
    assert all(TOKEN not in repr(seen.request) for seen in chat_fake.seen)


def test_the_output_of_the_router_names_no_key(client: Path, router: Router, chat_fake: ChatFake) -> None:
    play(client, router, "one tool")
    assert chat_fake.asked()
    assert TOKEN not in router.output
    assert KEY not in router.output
