"""The real client ends every session the same, straight at Anthropic's protocol and through the router at another."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.e2e.routes import SideBySide
from tests.e2e.sessions import EVERYTHING, RED_PNG, SESSIONS, Session
from tests.fakes.chat_fake import ChatFake
from tests.fakes.chat_stream import Style
from tests.support.claude import base_url
from tests.support.router import Router

BY_NAME = {session.name: session for session in SESSIONS}


@pytest.mark.parametrize("session", SESSIONS, ids=BY_NAME.keys())
def test_a_session_ends_the_same_through_the_router(
    side_by_side: SideBySide, router: Router, chat_fake: ChatFake, session: Session
) -> None:
    straight, routed = side_by_side(session, base_url(router.url))
    assert chat_fake.complaints == []
    assert {seen.status for seen in chat_fake.asked()} == {200}
    assert routed.outcome == straight.outcome


STYLES = {
    "interleaved calls": Style(interleaved=True),
    "arguments in the opening chunk": Style(arguments="opening"),
    "all arguments at once": Style(arguments="whole"),
    "cumulative arguments": Style(cumulative=True),
    "a late name": Style(name="late"),
    "no ids": Style(identity="missing"),
    "no indexes": Style(index="none", identity="every"),
    "one index for all": Style(index="same"),
    "thoughts in the content": Style(reasoning="think"),
    "usage never": Style(usage="never", done=False),
    "stop in spite of calls": Style(finish="stop"),
    "all in one chunk": Style(together=True, arguments="whole", usage="finish"),
    "odd lines and nulls": Style(newline="\r\n", space="", comments=True, nulls=True),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_a_session_ends_the_same_in_every_style_of_answer(
    side_by_side: SideBySide, router: Router, chat_fake: ChatFake, style: Style
) -> None:
    chat_fake.style = style
    try:
        straight, routed = side_by_side(EVERYTHING, base_url(router.url))
    finally:
        chat_fake.style = Style()
    assert chat_fake.complaints == []
    assert routed.outcome == straight.outcome


def test_the_model_sees_what_the_tools_said(side_by_side: SideBySide, router: Router, chat_fake: ChatFake) -> None:
    side_by_side(BY_NAME["a failing tool"], base_url(router.url))
    [told] = [message["content"] for message in last_messages(chat_fake) if message["role"] == "tool"]
    assert "Exit code 3" in told
    assert "wrong" in told


def test_the_model_sees_the_image_that_was_read(side_by_side: SideBySide, router: Router, chat_fake: ChatFake) -> None:
    side_by_side(BY_NAME["reading an image"], base_url(router.url))
    assert base64.b64encode(RED_PNG).decode() in json.dumps(last_messages(chat_fake))


def test_the_usage_the_client_adds_up_is_the_providers(side_by_side: SideBySide, router: Router, chat_fake: ChatFake) -> None:
    _, routed = side_by_side(BY_NAME["one tool"], base_url(router.url))
    usage = routed.raw["usage"]
    prompts = [max(1, len(seen.request.body) // 4) for seen in chat_fake.asked("big")]
    assert usage["input_tokens"] + usage["cache_read_input_tokens"] == sum(prompts)
    assert usage["output_tokens"] > 0


def last_messages(fake: ChatFake) -> list[dict[str, Any]]:
    longest = max(fake.asked(), key=lambda seen: len(seen.body["messages"]))
    return list(longest.body["messages"])
