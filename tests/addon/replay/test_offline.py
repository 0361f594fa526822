"""`mitmdump -S recorded.flows`: recorded answers in the place of every provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mitmproxy import http

from addon.held import tool_inputs
from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.answers import delta, finish, sse
from tests.support.asking import TOKEN, body, judge
from tests.support.inspected import saved
from tests.support.mitm import LISTENING, ended, started, written
from tests.support.provider import closed_port
from tests.support.recordings import flows_in, message_stream, plain

STREAM = {"content-type": "text/event-stream"}


class Provider:
    """Counts its answers."""

    def __init__(self) -> None:
        self.seen: list[HttpRequest] = []

    async def answer(self, request: HttpRequest) -> Answer:
        self.seen.append(request)
        said = delta(content=f"answer {len(self.seen)}")
        return Answer(200, STREAM, sse(said, finish(usage={"prompt_tokens": 5, "completion_tokens": 2}), b"[DONE]"))


def config(url: str) -> dict[str, Any]:
    provider = {"name": "one", "base_url": f"{url}/v1", "api_key": "sk-the-only-key", "models": ["first"]}
    return {"PORT": 0, "providers": [provider], "router": {"default": "one,first"}, "retry": {"attempts": 1}}


def turns(number: int, **more: Any) -> dict[str, Any]:
    """The request of this turn of a conversation."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Begin."}]
    for turn in range(1, number):
        messages += [{"role": "assistant", "content": f"answer {turn}"}, {"role": "user", "content": f"Go on, {turn}."}]
    tools = [{"name": "Agent", "input_schema": {"type": "object"}}]
    return body(messages=messages, tools=tools, **more)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, provider = tmp_path_factory.mktemp("recorded"), Provider()
    file = folder / "session.flows"
    with Server(provider.answer) as server:
        options = ("--set", "server=false", "-w", str(file), *written(folder, config(server.url)))
        with started("mitmdump", folder, *options) as process, asking(f"http://{process.wait_for(LISTENING)}") as client:
            for turn in (1, 2, 3):
                assert ask(client, turns(turn)) == f"answer {turn}"
    return file


@contextmanager
def asking(url: str) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def ask(client: httpx2.Client, request: dict[str, Any]) -> str:
    answer = client.post("/v1/messages?beta=true", json=request)
    return judge(answer.status_code, answer.headers, answer.content).text


@dataclass
class Offline:
    client: httpx2.Client
    saved: Path

    def flows(self) -> list[http.HTTPFlow]:
        return flows_in(self.saved)


@contextmanager
def offline(file: Path, folder: Path, *options: str) -> Iterator[Offline]:
    nobody = config(f"http://127.0.0.1:{closed_port()}")
    out = folder / "offline.flows"
    given = ("--set", "server=false", "-S", str(file), "-w", str(out), "--set", "keepserving=true", *options)
    with (
        started("mitmdump", folder, *given, *written(folder, nobody)) as process,
        asking(f"http://{process.wait_for(LISTENING)}") as client,
    ):
        yield Offline(client, out)


def test_each_request_is_given_the_answer_of_its_place_whatever_else_differs(recorded: Path, tmp_path: Path) -> None:
    with offline(recorded, tmp_path, "--set", "server_replay_extra=kill") as it:
        other = {"metadata": {"user_id": "another"}, "system": "Today is another day."}
        assert [ask(it.client, turns(turn, **other)) for turn in (2, 1, 3)] == ["answer 2", "answer 1", "answer 3"]
    kept = [flow.metadata["ccr"] for flow in it.flows()]
    assert {flow.is_replay for flow in it.flows()} == {"response"}
    assert {record["reason"] for record in kept} == {"nothing special; answered from a recording"}
    assert [(record["usage"]["output"], record["cost"], record["attempts"]) for record in kept] == [(2, 0.0, [])] * 3


def test_what_was_given_is_gone_and_a_miss_goes_the_way_the_option_says(recorded: Path, tmp_path: Path) -> None:
    with offline(recorded, tmp_path, "--set", "server_replay_extra=400") as it:
        assert ask(it.client, turns(1)) == "answer 1"
        for number in (1, 9):
            missed = it.client.post("/v1/messages", json=turns(number))
            assert (missed.status_code, missed.json()["error"]["type"]) == (400, "invalid_request_error")
            told = f"the recording has no answer left for this request (main, turn 1.{number})" if number == 1 else "answer left"
            assert told in missed.json()["error"]["message"]
            assert "server_replay_reuse" in missed.json()["error"]["message"]
        assert it.client.post("/v1/messages/count_tokens", json=turns(1)).json()["input_tokens"] > 0
        assert it.client.get("/v1/models").json()["data"]
    errors = [flow.metadata["ccr"]["error"] for flow in it.flows() if "ccr" in flow.metadata]
    assert [error and error["status"] for error in errors] == [None, 400, 400]
    with offline(recorded, tmp_path, "--set", "server_replay_extra=kill") as it:
        assert it.client.get("/health").status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            it.client.post("/v1/messages", json=turns(9))


def test_when_all_was_given_nothing_goes_to_a_provider(recorded: Path, tmp_path: Path) -> None:
    with offline(recorded, tmp_path, "--set", "server_replay_extra=404") as it:
        assert [ask(it.client, turns(turn)) for turn in (1, 2, 3)] == ["answer 1", "answer 2", "answer 3"]
        for turn in (1, 2):
            assert it.client.post("/v1/messages", json=turns(turn)).status_code == 404


def test_with_reuse_the_same_question_has_the_same_answer_again_and_again(recorded: Path, tmp_path: Path) -> None:
    with offline(recorded, tmp_path, "--set", "server_replay_reuse=true", "--set", "server_replay_extra=404") as it:
        assert [ask(it.client, turns(turn)) for turn in (1, 1, 2, 1)] == ["answer 1", "answer 1", "answer 2", "answer 1"]
        assert it.client.post("/v1/messages", json=turns(9)).status_code == 404  # never the answer of another turn


def test_a_plain_capture_answers_too(tmp_path: Path) -> None:
    flows = [plain(turns(1), message_stream("From Anthropic.")), plain(None, b"", url="https://example.com/")]
    with offline(saved(flows, tmp_path / "plain.flows"), tmp_path, "--set", "server_replay_extra=404") as it:
        assert it.client.post("/v1/messages", json=turns(1)).content == message_stream("From Anthropic.")
    (flow,) = it.flows()
    kept = flow.metadata["ccr"]
    assert (kept["error"], kept["cost"], kept["stop_reason"], kept["usage"]["output"]) == (None, 0.0, "end_turn", 7)


def whole(*content: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    fields = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-4-8", "stop_sequence": None}
    return {**fields, "content": list(content), "stop_reason": "tool_use", "usage": usage}


def test_who_asks_in_the_other_form_is_given_the_same_answer_in_that_form(tmp_path: Path) -> None:
    """A recorded stream for a program that waits for a whole message, and the other way round."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "Agent", "input": {"prompt": "Go."}}
    cut = message_stream("Half.").partition(b"event: message_delta")[0]
    flows = [plain(turns(1), message_stream("A stream.")), plain(turns(2, stream=False), whole(call)), plain(turns(3), cut)]
    with offline(saved(flows, tmp_path / "plain.flows"), tmp_path, "--set", "server_replay_extra=404") as it:
        message, stream, half = (it.client.post("/v1/messages", json=turns(turn, stream=turn == 2)) for turn in (1, 2, 3))
    assert message.headers["content-type"] == "application/json"
    assert judge(message.status_code, message.headers, message.content).text == "A stream."
    assert stream.headers["content-type"] == "text/event-stream"
    assert judge(stream.status_code, stream.headers, stream.content).text == ""
    assert tool_inputs(stream.content) == {"toolu_1": ("Agent", '{"prompt":"Go."}')}
    assert (half.status_code, half.json()["error"]["type"]) == (502, "api_error")
    told = it.flows()[1]  # its record, too, tells of the call that was captured without one
    (kept,) = told.metadata["ccr"]["tool_calls"]
    assert (kept["id"], kept["name"], json.loads(kept["input"])) == ("toolu_1", "Agent", {"prompt": "Go."})
    assert "1 tool" in told.comment


def test_a_scrubbed_recording_answers_too(recorded: Path, tmp_path: Path) -> None:
    from addon.scrub.files import scrub_file

    done = scrub_file(recorded, tmp_path / "shared.flows", prose=True, in_place=False, secrets=())
    with offline(done.path, tmp_path, "--set", "server_replay_extra=404") as it:
        assert [ask(it.client, turns(turn)) for turn in (1, 2, 3)] == ["xxxxxx x"] * 3


def test_a_scrubbed_recording_can_be_replayed_against_a_model(recorded: Path, tmp_path: Path) -> None:
    from addon.scrub.files import scrub_file

    done, provider = scrub_file(recorded, tmp_path / "shared.flows", prose=True, in_place=False, secrets=()), Provider()
    with Server(provider.answer) as server:
        options = ("-n", "-C", str(done.path), "--set", "ccr_model=one,first", *written(tmp_path, config(server.url)))
        status, output = ended("mitmdump", tmp_path, *options)
    assert (status, "3 replayed against one,first, 0 of them failed" in output) == (0, True), output
    said = [message["content"] for message in json.loads(provider.seen[-1].body)["messages"]]
    assert said == ["xxxxxx", "xxxxxx x", "xx xx, xx", "xxxxxx x", "xx xx, xx"]
