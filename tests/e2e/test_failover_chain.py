"""The real client through a row of providers that fail each in another way, and through answers that break off midway."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.routes import SPARE, SideBySide, routes
from tests.e2e.sessions import EVERYTHING, SESSIONS, Session, bash, text
from tests.fakes.chat_fake import KEY, ChatFake
from tests.fakes.fake import Fault
from tests.support.claude import base_url
from tests.support.router import Router, free_port

BUSY = Fault("status", 429, b'{"error": {"message": "slow down"}}')
MANY = 50


@pytest.fixture(scope="module")
def chain(client: Path, chat_server: ChatFake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:  # noqa: ARG001 - no client, no router
    """Every route leads to a provider that nobody listens for; those after it are at the fake, under names of their own."""
    names = {"refuses": f"http://127.0.0.1:{free_port()}/v1", **dict.fromkeys(("limits", "hangs", "works"), chat_server.base_url)}
    patience = {"hangs": {"timeouts": {"first_byte": 1}}}
    providers = [
        {"name": name, "base_url": url, "api_key": KEY, "models": [name], **patience.get(name, {})} for name, url in names.items()
    ]
    config = {
        "providers": providers,
        "router": {"default": "refuses,refuses", "background": "refuses,refuses"},
        "fallback": [f"{name},{name}" for name in list(names)[1:]],
    }
    with Router(config, tmp_path_factory.mktemp("chain")) as router:
        yield router


@pytest.fixture(scope="module")
def pair(client: Path, chat_server: ChatFake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:  # noqa: ARG001 - no client, no router
    more = {"fallback": {"default": [f"fake,{SPARE}"]}}
    with Router(routes(chat_server, **more), tmp_path_factory.mktemp("pair")) as router:
        yield router


NAMES = ("one tool", "three parallel tools", "a subagent")


@pytest.mark.parametrize(
    "session", [*(each for each in SESSIONS if each.name in NAMES), EVERYTHING], ids=lambda session: session.name
)
def test_a_session_ends_the_same_through_refused_429_and_hang(
    side_by_side: SideBySide, chain: Router, chat_fake: ChatFake, session: Session
) -> None:
    chat_fake.fail(BUSY, model="limits", times=MANY)
    chat_fake.fail(Fault("hang"), model="hangs", times=MANY)
    straight, routed = side_by_side(session, base_url(chain.url))
    assert routed.outcome == straight.outcome
    assert chat_fake.complaints == []
    assert len(chat_fake.asked("works")) >= len(session.turns)
    assert "refuses failed → limits 429 → hangs failed → works,works ok" in chain.output
    chat_fake.wait_until(lambda: all(seen.ended for seen in chat_fake.asked("hangs")))


SAID = "I look around, then I do what was asked."
TOOL_AFTER_TEXT = Session(
    "a tool after a text",
    [[text(SAID), bash("printf 'one\\n' > one.txt")], [text("It is done.")]],
    "It is done.",
    2,
    written={"one.txt": b"one\n"},
)
TWO_TOOLS = Session(
    "two tools after a text",
    [[text(SAID), bash("printf a > a"), bash("printf b > b")], [text("Both are done.")]],
    "Both are done.",
    3,
    written={"a": b"a", "b": b"b"},
)
# Pieces of the fake's stream, at 12 characters each: an opening, four of the text, then the opening of a call and its arguments.
CUTS = {
    "before the text": (TOOL_AFTER_TEXT, 1),
    "within the text": (TOOL_AFTER_TEXT, 3),
    "between the text and the call": (TOOL_AFTER_TEXT, 5),
    "at the opening of the call": (TOOL_AFTER_TEXT, 6),
    "within the arguments of the call": (TOOL_AFTER_TEXT, 8),
    "within the second call": (TWO_TOOLS, 13),
    "within the thinking": (EVERYTHING, 2),
    "between the thinking and the text": (EVERYTHING, 3),
    "within a text after thinking": (EVERYTHING, 4),
    "within a call after thinking and a text": (EVERYTHING, 8),
}


@pytest.mark.parametrize(("session", "after"), CUTS.values(), ids=CUTS.keys())
def test_a_session_ends_the_same_when_an_answer_breaks_off(
    side_by_side: SideBySide, pair: Router, chat_fake: ChatFake, session: Session, after: int
) -> None:
    chat_fake.fail(Fault("cut", after=after), model="big")
    goes_on(side_by_side, pair, chat_fake, session)


@pytest.mark.parametrize("place", ["within the text", "within the arguments of the call"])
def test_a_session_ends_the_same_when_an_error_ends_an_answer(
    side_by_side: SideBySide, pair: Router, chat_fake: ChatFake, place: str
) -> None:
    session, after = CUTS[place]
    said = b'data: {"error": {"message": "engine on fire", "code": 500}}\n\n'
    chat_fake.fail(Fault("error", body=said, after=after), model="big")
    goes_on(side_by_side, pair, chat_fake, session)


def goes_on(side_by_side: SideBySide, router: Router, chat_fake: ChatFake, session: Session) -> None:
    straight, routed = side_by_side(session, base_url(router.url))
    assert routed.outcome == straight.outcome
    assert chat_fake.complaints == []
    assert len(chat_fake.asked("big") + chat_fake.asked(SPARE)) == len(session.turns) + 1


def test_a_stream_that_hangs_amid_its_text_is_asked_for_again(
    side_by_side: SideBySide, chat_fake: ChatFake, tmp_path: Path
) -> None:
    chat_fake.fail(Fault("hang", after=3), model="big")
    with Router(routes(chat_fake, fallback=[f"fake,{SPARE}"], timeouts={"idle": 1}), tmp_path) as router:
        goes_on(side_by_side, router, chat_fake, TOOL_AFTER_TEXT)
    assert [bool(seen.body.get("stream")) for seen in chat_fake.asked("big")].count(False) == 1
