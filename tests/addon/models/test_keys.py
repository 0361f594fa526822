from __future__ import annotations

import pytest

from addon.config.proxies import Proxy
from addon.config.settings import Provider
from addon.models.keys import check_key
from tests.fakes.chat_fake import error
from tests.fakes.fake import Fault, Seen
from tests.fakes.http import Answer
from tests.support.listing_fakes import ListingAnthropic, ListingChat, json_answer
from tests.support.router import free_port

ROWS = ({"id": "big"}, {"id": "small"})
WRONG = "sk-wrong-key-0123456789"


def of(fake: ListingChat) -> Provider:
    return Provider("fake", fake.base_url)


def test_a_list_that_asks_for_the_key_proves_it(chat: ListingChat) -> None:
    outcome = check_key(of(chat), chat.key)
    assert (outcome.state, outcome.said) == ("works", "the key works, 3 models")
    assert chat.asked() == []


def test_a_key_in_anthropic_s_header_is_proved(anthropic: ListingAnthropic) -> None:
    provider = Provider("a", anthropic.url, dialect="anthropic", auth_header="x-api-key")
    assert check_key(provider, anthropic.key).works
    assert check_key(provider, WRONG).state == "refused"


def test_a_wrong_key_is_told_and_never_shown(chat: ListingChat) -> None:
    outcome = check_key(of(chat), WRONG)
    assert outcome.state == "refused"
    assert "401" in outcome.said
    assert WRONG not in repr(outcome)


def test_a_public_list_proves_nothing() -> None:
    with ListingChat(ROWS, public=True) as fake:
        outcome = check_key(of(fake), WRONG)
        assert outcome.state == "unproved"
        assert len(outcome.models) == 2
        assert "without a key" in outcome.said


@pytest.mark.parametrize(("right", "state"), [(True, "works"), (False, "refused")])
def test_one_short_answer_proves_a_key_where_the_list_is_public(right: bool, state: str) -> None:
    with ListingChat(ROWS, public=True) as fake:
        assert check_key(of(fake), fake.key if right else WRONG, "big").state == state
        assert len(fake.seen) == 3
        assert fake.complaints == []


def test_openrouter_is_asked_about_the_key_itself() -> None:
    def about(seen: Seen) -> Answer:
        good = seen.request.header("authorization") == f"Bearer {fake.key}"
        return (
            json_answer({"data": {"label": "sk-or-…", "limit": None}}) if good else error(401, "No auth credentials found", "401")
        )

    with ListingChat(ROWS, public=True) as fake:
        fake.extra = {"/api/v1/key": about, "/api/v1/models": lambda _: json_answer({"data": list(ROWS)})}
        provider = Provider("openrouter", "http://openrouter.ai/api/v1", proxy=Proxy(fake.url))
        assert check_key(provider, fake.key).works
        assert check_key(provider, WRONG).state == "refused"
        assert fake.asked() == []


def test_an_empty_purse_is_told(chat: ListingChat) -> None:
    chat.extra = {"/v1/models": lambda _: error(404, "not here", "404")}
    chat.fail(Fault("status", 402, b'{"error": {"message": "Insufficient Balance"}}'))
    outcome = check_key(of(chat), chat.key, "big")
    assert (outcome.state, "Insufficient Balance" in outcome.said) == ("no credit", True)


def test_without_a_list_a_key_stays_unproved(chat: ListingChat) -> None:
    chat.extra = {"/v1/models": lambda _: error(404, "not here", "404")}
    assert check_key(of(chat), chat.key).state == "unproved"
    assert check_key(of(chat), chat.key, "big").works


def test_nobody_there_says_nothing_of_the_key() -> None:
    assert check_key(Provider("x", f"http://127.0.0.1:{free_port()}/v1"), "k").state == "unreachable"


def test_a_server_that_asks_for_no_key_answers() -> None:
    with ListingChat(ROWS, public=True) as fake:
        assert check_key(of(fake), "").said == "it answers, 2 models"
