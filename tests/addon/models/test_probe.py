from __future__ import annotations

import json

import pytest

from addon.config.settings import ModelInfo, Price, Provider
from addon.models import table
from addon.models.probe import Result, probe_model, works
from tests.fakes.chat_stream import Style
from tests.fakes.fake import Fault
from tests.support.listing_fakes import ALL_SKILLS, ListingAnthropic, ListingChat
from tests.support.router import free_port

ALL = ["text", "streaming", "tool call", "parallel tools", "tool result", "image", "thinking", "long prompt"]
SECRET = "sk-fake-provider-key"


def of(fake: ListingChat) -> Provider:
    return Provider("fake", fake.base_url, keys=(fake.key,))


def states(results: list[Result]) -> dict[str, str]:
    return {result.name: result.state for result in results}


def with_skills(chat: ListingChat, *lacking: str) -> list[Result]:
    chat.skills = ALL_SKILLS - set(lacking)
    return probe_model(of(chat), "big", chat.key, long_tokens=1000)


def test_a_good_model_passes_all_without_a_word_from_a_strict_server(chat: ListingChat) -> None:
    begun: list[str] = []
    results = probe_model(of(chat), "big", chat.key, begins=begun.append)
    assert states(results) == dict.fromkeys(ALL, "works")
    assert begun == ALL
    assert works(results)
    assert chat.complaints == []


def test_a_good_model_behind_anthropic_s_protocol_passes_all(anthropic: ListingAnthropic) -> None:
    provider = Provider("a", anthropic.url, dialect="anthropic", auth_header="x-api-key", keys=(anthropic.key,))
    assert states(probe_model(provider, "claude-a", anthropic.key)) == dict.fromkeys(ALL, "works")
    assert anthropic.complaints == []


@pytest.mark.parametrize(
    ("skill", "probe", "state", "usable"),
    [
        ("tools", "tool call", "fails", False),
        ("parallel", "parallel tools", "partly", True),
        ("results", "tool result", "fails", False),
        ("images", "image", "partly", True),
        ("thinking", "thinking", "partly", True),
        ("memory", "long prompt", "fails", True),
    ],
)
def test_each_thing_that_a_model_cannot_do_is_found(chat: ListingChat, skill: str, probe: str, state: str, usable: bool) -> None:
    results = with_skills(chat, skill)
    assert states(results)[probe] == state
    assert works(results) is usable


def test_the_long_prompt_is_as_long_as_it_says(chat: ListingChat) -> None:
    probe_model(of(chat), "big", chat.key, only=["long prompt"], long_tokens=20_000)
    assert 70_000 < len(chat.asked()[0].request.body) < 130_000


def test_no_long_prompt_is_sent_for_none(chat: ListingChat) -> None:
    assert "long prompt" not in states(probe_model(of(chat), "big", chat.key, long_tokens=0))


def test_only_the_probes_that_are_asked_for_are_run(chat: ListingChat) -> None:
    assert list(states(probe_model(of(chat), "big", chat.key, only=["tool call"]))) == ["tool call"]
    assert len(chat.asked()) == 1


def test_an_unknown_model_ends_it_at_once(chat: ListingChat) -> None:
    results = probe_model(of(chat), "bigg", chat.key)
    assert states(results) == {"text": "fails"} | dict.fromkeys(ALL[1:], "not tried")
    assert "`bigg` does not exist" in results[0].note
    assert not works(results)
    assert len(chat.asked()) == 1


def test_a_wrong_key_is_told_and_never_shown(chat: ListingChat) -> None:
    results = probe_model(of(chat), "big", "sk-wrong-key-0123456789")
    assert "401" in results[0].note or "key" in results[0].note
    assert "sk-wrong" not in repr(results)


def test_nobody_there_is_told_with_a_hint() -> None:
    first, *rest = probe_model(Provider("x", f"http://127.0.0.1:{free_port()}/v1"), "m")
    assert (first.state, first.hint) == ("fails", "is the server running, and on that port?")
    assert {result.state for result in rest} == {"not tried"}


def test_a_provider_that_is_busy_is_asked_once_more_and_says_nothing_of_the_model(chat: ListingChat) -> None:
    chat.fail(Fault("status", 429, headers={"retry-after": "0"}), times=1)
    assert states(probe_model(of(chat), "big", chat.key, only=["text"])) == {"text": "works"}
    chat.fail(Fault("status", 429, headers={"retry-after": "60"}))
    results = probe_model(of(chat), "big", chat.key)
    assert states(results) == dict.fromkeys(ALL, "not tried")
    assert results[0].hint == "try again later"
    assert not works(results)


def test_the_provider_s_own_words_are_told_where_one_thing_fails(chat: ListingChat) -> None:
    chat.fail(Fault("status", 400, b'{"error": {"message": "tools are not supported by this model"}}'), times=1)
    results = probe_model(of(chat), "big", chat.key, only=["tool call"])
    assert "tools are not supported by this model" in results[0].note


@pytest.mark.parametrize(
    "fault", [Fault("cut", after=3), Fault("error", body=b'data: {"error": {"message": "oops"}}\n\n', after=2)]
)
def test_a_stream_that_breaks_off_fails(chat: ListingChat, fault: Fault) -> None:
    chat.fail(fault)
    assert states(probe_model(of(chat), "big", chat.key, only=["streaming"])) == {"streaming": "fails"}


def test_a_stream_in_one_piece_is_told(chat: ListingChat) -> None:
    chat.style = Style(together=True)
    (result,) = probe_model(of(chat), "big", chat.key, only=["streaming"])
    assert (result.state, "one piece" in result.note) == ("partly", True)


def test_a_model_that_is_shown_no_pictures_is_not_blamed(chat: ListingChat) -> None:
    provider = Provider("fake", chat.base_url, keys=(chat.key,), quirks={"images": False})
    (result,) = probe_model(provider, "big", chat.key, only=["image"])
    assert (result.state, "quirk `images` is false" in result.note) == ("fails", True)


def test_what_it_took_is_summed_up(chat: ListingChat) -> None:
    info = {"big": ModelInfo(price=Price(1.0, 2.0))}
    provider = Provider("fake", chat.base_url, keys=(chat.key,), info=info)
    results = probe_model(provider, "big", chat.key)
    document = json.loads(json.dumps(table.results_json("fake,big", results)))
    assert document["works"] is True
    assert document["cost"] == pytest.approx(sum(probe["cost"] for probe in document["probes"]))
    assert 0.01 < document["cost"] < 0.1
    assert "tokens in" in table.summary(results)


def test_a_failure_costs_nothing_that_is_known() -> None:
    results = probe_model(Provider("x", f"http://127.0.0.1:{free_port()}/v1"), "m")
    assert table.total_cost(results) is None
    assert not works([])
