from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.addon.doctor.place import KEY, Place, one_provider, only, said
from tests.addon.doctor.provider import Provider
from tests.support.asking import TOKEN
from tests.support.listing_fakes import ListingChat
from tests.support.router import Router


def windows(**sizes: int) -> list[dict[str, Any]]:
    info = {name: {"context_window": size} for name, size in sizes.items()}
    return [{"name": "acme", "base_url": "https://acme.example/v1", "api_key": "$K", "models": [*sizes], "model_info": info}]


def wrong(place: Place, providers: list[dict[str, Any]], router: dict[str, Any], **more: Any) -> list[Any]:
    place.env["K"] = KEY
    place.config({"providers": providers, "router": router, **more})
    return place.wrong("windows", offline=True)


def test_windows_larger_than_what_is_sent_are_fine(place: Place) -> None:
    router = {"default": "acme,a", "longContext": "acme,b"}
    assert not wrong(place, windows(a=128_000, b=1_000_000), router)
    assert any(found.level == "ok" for found in place.look("windows", offline=True))


def test_a_window_below_the_threshold_is_a_problem_with_a_threshold_that_fits(place: Place) -> None:
    found = only(wrong(place, windows(a=40_000), {"default": "acme,a"}), "problem")
    assert "acme,a holds 40,000 tokens, but is sent prompts of 60,000 tokens" in found.what
    assert "longContextThreshold: 32000" in found.fix
    assert "`longContext:` to a model" in found.fix
    low = {"default": "acme,a", "longContextThreshold": 32_000}
    assert not wrong(place, windows(a=40_000, b=200_000), {**low, "longContext": "acme,b"})


def test_a_low_threshold_without_a_route_for_what_is_longer_keeps_nothing_off(place: Place) -> None:
    found = only(wrong(place, windows(a=40_000), {"default": "acme,a", "longContextThreshold": 32_000}), "problem")
    assert "sent prompts of 60,000 tokens" in found.what


def test_one_that_does_not_hold_the_first_request_is_to_be_replaced(place: Place) -> None:
    found = only(wrong(place, windows(a=8_192), {"default": "acme,a"}), "problem")
    assert "choose a model with a larger window" in found.fix


def test_no_room_for_the_answer_is_a_warning(place: Place) -> None:
    assert "little room" in only(wrong(place, windows(a=64_000), {"default": "acme,a"}), "warning").what


def test_a_long_context_model_that_is_too_small_is_a_problem(place: Place) -> None:
    router = {"default": "acme,a", "longContext": "acme,b"}
    found = only(wrong(place, windows(a=200_000, b=60_000), router), "problem")
    assert "router.longContext" in found.where


def test_a_fallback_that_is_too_small_is_a_warning(place: Place) -> None:
    router = {"default": "acme,a", "longContext": "acme,a"}
    found = wrong(place, windows(a=200_000, b=50_000), router, fallback={"default": ["acme,b"], "longContext": ["acme,b"]})
    assert {each.level for each in found} == {"warning"}
    assert {each.where for each in found} == {"fallback of default, number 1", "fallback of longContext, number 1"}


def test_unknown_windows_and_a_missing_route_are_notes(place: Place) -> None:
    providers = [*windows(a=128_000), {"name": "local", "base_url": "http://127.0.0.1:9/v1", "models": ["m"]}]
    assert not wrong(place, providers, {"default": "acme,a", "think": "local,m"})
    told = " ".join(said(found) for found in place.look("windows", offline=True) if found.level == "note")
    assert "window of local,m is not known" in told
    assert "no longContext route" in told


# --- recent requests


def record(**more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "provider": "acme",
        "model": "a",
        "attempts": [],
        "usage": {"input": 1000, "cache_read": 0, "cache_write": 0},
        "error": None,
    }
    return {**plain, **more}


def recent(place: Place, *records: dict[str, Any]) -> list[Any]:
    place.env["K"] = KEY
    place.config({"providers": windows(a=128_000), "router": {"default": "acme,a"}})
    file = place.work / "events.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in records) + '{"half a li')
    return place.look("requests", offline=True, flows=Path("events.jsonl"))


def test_requests_that_fit_are_fine(place: Place) -> None:
    assert "recent requests fit their models (2 in" in only(recent(place, record(), record()), "ok").what


def test_a_request_that_was_refused_as_too_long_is_a_problem(place: Place) -> None:
    error = {"message": "prompt is too long: 140000 tokens > 128000 maximum"}
    found = only(recent(place, record(), record(error=error, tokens_estimate=140_000, usage={})), "problem")
    assert "acme,a refused 1 recent request as too long" in found.what
    assert "140,000" in found.why


def test_one_that_came_close_is_a_warning(place: Place) -> None:
    assert (
        "125,000 tokens of the 128,000"
        in only(recent(place, record(usage={"input": 5_000, "cache_read": 120_000})), "warning").what
    )


def test_a_file_that_was_named_and_tells_of_nothing_is_no_good_sign(place: Place) -> None:
    assert "events.jsonl tells of no request" in only(recent(place), "warning").what
    assert "gone" in only(place.look("requests", flows=Path("gone")), "warning").what
    (place.work / "text").write_text("not a recording")
    assert "not a file of mitmproxy's flows" in only(place.look("requests", flows=Path("text")), "warning").what


@pytest.mark.parametrize("odd", [{"error": "text"}, {"usage": "text"}, {"attempts": {"a": 1}}, {"attempts": ["a"]}])
def test_lines_of_another_form_are_passed_over(place: Place, odd: dict[str, Any]) -> None:
    assert "recent requests fit their models (1 in" in only(recent(place, record(**odd), record()), "ok").what


def test_without_any_file_it_is_said_how_to_give_one(place: Place) -> None:
    assert "--flows FILE" in only(place.look("requests"), "note").fix


def test_the_log_of_the_service_is_read_where_nothing_else_is_kept(place: Place) -> None:
    place.env["K"] = KEY
    place.config({"providers": windows(a=128_000), "router": {"default": "acme,a"}, "PORT": 3999})
    folder = place.home / ".claude-code-router" / "service"
    folder.mkdir()
    (folder / "3999.log").write_text(
        "[12:00:00.000] ccr: listening at http://127.0.0.1:3999 · config: x\n"
        "[12:00:01.000] ccr: main → acme,a · nothing special · 21.4k→312 tok · $0.0040 · 1.8 s\n"
        "[12:00:02.000] ccr: main → other 429 → acme,a ok · plan mode · 127.5k→12 tok · 1.8 s\n"
    )
    assert "127,500 tokens of the 128,000" in only(place.look("requests", offline=True), "warning").what
    with (folder / "3999.log").open("a") as log:
        log.write(
            "ccr: main → acme,a · x · 400 invalid_request_error: prompt is too long: 140000 tokens > 128000 maximum · 0.1 s\n"
        )
    found = only(place.look("requests", offline=True), "problem")
    assert "refused 1 recent request" in found.what
    assert "140,000" in found.why


def test_what_the_router_keeps_is_read(place: Place, provider: Provider, tmp_path: Path) -> None:
    """A recording, the events file, and the log."""
    folder = tmp_path / "router"
    folder.mkdir()
    flows, events, log = folder / "kept.flows", folder / "kept.jsonl", folder / "kept.log"
    config = {"providers": [{"name": "acme", "base_url": provider.url, "api_key": KEY, "models": ["acme-large"]}]}
    options = ("-w", str(flows), "--set", f"ccr_events={events}")
    with Router({**config, "router": {"default": "acme,acme-large"}}, folder, options=options) as router:
        body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Say something."}]}
        headers = {"authorization": f"Bearer {TOKEN}"}
        answer = httpx2.post(f"{router.url}/v1/messages", json=body, headers=headers, trust_env=False, timeout=30)
        assert answer.status_code == 200, answer.text
    log.write_text(router.output)
    for kept in (flows, events, log):
        assert "recent requests fit their models (1 in" in only(place.look("requests", flows=kept), "ok").what


def test_a_window_that_only_the_provider_s_list_tells_counts(place: Place) -> None:
    with ListingChat([{"id": "small", "context_length": 40_000}]) as fake:
        place.env["ACME_API_KEY"] = fake.key
        place.config(one_provider(fake.base_url, models=["small"]))
        found = only(place.wrong("windows"), "problem")
        assert "small holds 40,000 tokens" in found.what
        assert "`longContextThreshold: 32000` below `router:`" in found.fix
        assert not place.wrong("windows", offline=True), "then it is not known"
