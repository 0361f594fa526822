"""What the user of the real client sees when a provider fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.routes import SPARE, SideBySide, routes
from tests.e2e.sessions import EVERYTHING, SESSIONS
from tests.fakes.chat_fake import ChatFake
from tests.fakes.fake import Fault
from tests.fakes.script import prompt
from tests.support.claude import base_url, run_client
from tests.support.router import Router


@pytest.fixture
def failover(client: Path, chat_server: ChatFake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:  # noqa: ARG001 - no client, no router
    """A new one for each test: no model rests yet."""
    more = {"fallback": {"default": [f"fake,{SPARE}"]}, "retry": {"attempts": 1}}
    with Router(routes(chat_server, **more), tmp_path_factory.mktemp("failover")) as router:
        yield router


BEFORE_CONTENT = {
    "overloaded": Fault("status", 503, b'{"error": {"message": "busy"}}'),
    "rate limited": Fault("status", 429, b'{"error": {"message": "slow down"}}', {"retry-after": "1"}),
    "connection closed": Fault("cut"),
    "cut after the headers": Fault("cut", head=True),
    "cut after an empty chunk": Fault("cut", after=1),
    "error event first": Fault("error", body=b'data: {"error": {"message": "broke down", "code": 500}}\n\n'),
}


@pytest.mark.parametrize("fault", BEFORE_CONTENT.values(), ids=BEFORE_CONTENT.keys())
def test_a_failure_before_content_is_invisible(
    side_by_side: SideBySide, failover: Router, chat_fake: ChatFake, fault: Fault
) -> None:
    chat_fake.fail(fault, model="big")
    straight, routed = side_by_side(EVERYTHING, base_url(failover.url))
    assert routed.outcome == straight.outcome
    # The next turns may go to either model: one that failed is spared for a while.
    assert len(chat_fake.asked("big")) + len(chat_fake.asked(SPARE)) == 1 + len(EVERYTHING.turns)
    assert chat_fake.complaints == []


def test_a_stream_cut_in_its_first_text_is_asked_for_again_as_a_whole(
    side_by_side: SideBySide, failover: Router, chat_fake: ChatFake
) -> None:
    chat_fake.fail(Fault("cut", after=2), model="big")
    (session,) = (each for each in SESSIONS if each.name == "one tool")
    straight, routed = side_by_side(session, base_url(failover.url))
    assert routed.outcome == straight.outcome
    turns = chat_fake.asked("big") + chat_fake.asked(SPARE)
    assert [bool(seen.body.get("stream")) for seen in turns].count(False) == 1


def test_a_stream_that_every_candidate_breaks_off_is_told_to_the_user(
    client: Path, failover: Router, chat_fake: ChatFake
) -> None:
    """The half answer must not be taken for a whole one."""
    for model in ("big", SPARE):
        chat_fake.fail(Fault("cut", after=8), model=model)
    run = run_client(client, EVERYTHING.prompt, env=base_url(failover.url))
    assert run.is_error
    assert "broke off" in run.result
    assert run.files == {}


def test_an_empty_purse_is_told_at_once(client: Path, router: Router, chat_fake: ChatFake) -> None:
    chat_fake.fail(Fault("status", 402, b'{"error": {"message": "Insufficient credits", "code": 402}}'), model="big")
    run = run_client(client, prompt([[{"text": "never said"}]]), env=base_url(router.url))
    assert run.is_error
    assert "402" in run.result
    assert "Insufficient credits" in run.result
    assert len(chat_fake.asked("big")) == 1
