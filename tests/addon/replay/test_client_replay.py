"""`mitmdump -n -C recorded.flows --set ccr_model=provider,model`, as users run it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mitmproxy import http

from addon.current import Current
from addon.recordings.heard import answer_of, recorded_answer
from addon.recordings.recording import read
from addon.replay.forced import model_named
from addon.scrub.files import scrub_file
from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.answers import call, calls, delta, finish, sse
from tests.support.asking import TOKEN, body
from tests.support.inspected import saved
from tests.support.mitm import LISTENING, ended, started, written
from tests.support.recordings import LOGIN, flows_in, message_stream, plain

STREAM = {"content-type": "text/event-stream"}
TOOLS = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}]
KEYS = {name: f"sk-the-key-of-{name}" for name in ("old", "new", "spare", "official")}


class Provider:
    """Answers with a text that names the model, or as the model's name says."""

    def __init__(self) -> None:
        self.seen: list[HttpRequest] = []

    async def answer(self, request: HttpRequest) -> Answer:
        self.seen.append(request)
        asked = json.loads(request.body)
        model = asked["model"]
        if model == "down":
            return Answer(503, {"content-type": "application/json"}, b'{"error": {"message": "out of order"}}')
        if request.path.endswith("/messages"):
            return Answer(200, STREAM, message_stream(f"I am {model}.", model))
        said = [delta(content=f"I am {model}."), finish(usage={"prompt_tokens": 10, "completion_tokens": 4})]
        if "tools" in asked:
            said[1:] = [calls(call('{"command": "ls"}', id="call_1", name="Bash")), finish("tool_calls")]
        return Answer(200, STREAM, sse(*said, b"[DONE]"))

    def models(self, since: int = 0) -> list[str]:
        return [json.loads(request.body)["model"] for request in self.seen[since:]]


def config(url: str) -> dict[str, Any]:
    def one(name: str, *models: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "base_url": f"{url}/v1", "api_key": KEYS[name], "models": models, **more}

    official = one("official", "*", dialect="anthropic", auth="client")
    del official["api_key"]
    priced = {"model_info": {"strong": {"price": {"input": 1, "output": 2}}}}
    return {
        "PORT": 0,
        "providers": [one("old", "weak"), one("new", "strong", "down", **priced), one("spare", "helps"), official],
        "router": {"default": "old,weak"},
        "fallback": {"default": ["spare,helps"]},
        "retry": {"attempts": 1},
    }


@dataclass(frozen=True)
class Recorded:
    """A session saved by a real mitmdump: two turns, a request whose model there is none of, a count, a list of models."""

    provider: Provider
    url: str
    file: Path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder, provider = tmp_path_factory.mktemp("recorded"), Provider()
    file = folder / "session.flows"
    with Server(provider.answer) as server:
        options = ("--set", "server=false", "-w", str(file), *written(folder, config(server.url)))
        with started("mitmdump", folder, *options) as process:
            address = f"http://{process.wait_for(LISTENING)}"
            headers = {"authorization": f"Bearer {TOKEN}"}
            with httpx2.Client(base_url=address, headers=headers, timeout=30, trust_env=False) as client:
                assert client.post("/v1/messages?beta=true", json=body()).status_code == 200
                assert client.post("/v1/messages?beta=true", json=body(tools=TOOLS, stream=False)).status_code == 200
                assert client.post("/v1/messages", json=body("nobody,nothing")).status_code == 404
                assert client.post("/v1/messages/count_tokens", json=body()).status_code == 200
                assert client.get("/v1/models").status_code == 200
        yield Recorded(provider, server.url, file)


@dataclass(frozen=True)
class Replayed:
    status: int
    output: str
    models: list[str]
    requests: list[HttpRequest]
    flows: list[http.HTTPFlow]
    saved: bytes


@pytest.fixture
def replay(recorded: Recorded, tmp_path: Path) -> Any:
    def run(file: Path, model: str, *options: str) -> Replayed:
        return replayed(recorded, tmp_path, file, model, *options)

    return run


@pytest.fixture(scope="module")
def done(recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The session, replayed against another model."""
    return replayed(recorded, tmp_path_factory.mktemp("done"), recorded.file, "new,strong")


def replayed(recorded: Recorded, folder: Path, file: Path, model: str, *options: str) -> Replayed:
    out, before = folder / "out.flows", len(recorded.provider.seen)
    chosen = ("--set", f"ccr_model={model}") if model else ()
    command = ("-n", "-C", str(file), "-w", str(out), *chosen, *written(folder, config(recorded.url)), *options)
    status, output = ended("mitmdump", folder, *command)
    assert "Traceback" not in output, output
    seen = recorded.provider.seen[before:]
    made = out.read_bytes() if out.exists() else b""
    return Replayed(status, output, recorded.provider.models(before), seen, flows_in(out) if made else [], made)


def test_every_model_call_of_a_recording_goes_to_the_model_and_nothing_else_does(done: Replayed) -> None:
    assert (done.status, done.models) == (0, ["strong"] * 3)
    assert {request.path for request in done.requests} == {"/v1/chat/completions"}
    assert {request.header("authorization") for request in done.requests} == {f"Bearer {KEYS['new']}"}
    assert "ccr: 3 replayed against new,strong, 0 of them failed; 2 skipped: " in done.output
    assert "1 count_tokens" in done.output
    assert "1 not a model call" in done.output
    assert [flow.metadata["ccr"]["provider"] for flow in done.flows] == ["new"] * 3


def test_the_old_answer_is_kept_beside_the_new_one(done: Replayed) -> None:
    first, second, refused = done.flows
    assert first.response is not None
    assert b"I am strong." in (first.response.content or b"")
    kept = first.metadata["ccr_recorded"]
    assert (kept["record"]["provider"], kept["record"]["model"]) == ("old", "weak")
    assert "I am weak." in kept["answer"]["body"]
    assert "I am weak." in kept["record"]["provider_answer"]["body"]
    assert first.metadata["ccr"]["route"] == "replay"
    assert first.metadata["ccr"]["reason"] == "replay, recorded from old,weak"
    assert "main → new,strong · replay, recorded from old,weak" in first.comment
    assert refused.metadata["ccr_recorded"]["answer"]["status"] == 404
    exchange = read_one(second)
    assert [call_.name for call_ in exchange.tool_calls] == ["Bash"]
    assert exchange.stop_reason == "tool_use"


def read_one(flow: http.HTTPFlow) -> Any:
    from addon.recordings.captured import captured

    old = recorded_answer(flow, captured(flow).request, 1)
    new = answer_of(flow, captured(flow).request, 1)
    assert old is not None
    assert new is not None
    assert (old.choice, new.choice) == ("old,weak", "new,strong")
    return old


def test_the_client_s_request_is_the_recorded_one(recorded: Recorded, replay: Any) -> None:
    before = read(recorded.file).exchanges
    out = replay(recorded.file, "official,claude-x")
    assert "ccr: 3 replayed" in out.output
    assert [json.loads(request.body)["messages"] for request in out.requests] == [each.request["messages"] for each in before]
    assert [request.header("authorization") for request in out.requests] == [""] * 3  # nothing of the old login was kept


def test_a_replay_can_be_replayed_and_is_recorded_from_the_last_one(done: Replayed, replay: Any, tmp_path: Path) -> None:
    once = tmp_path / "once.flows"
    once.write_bytes(done.saved)
    assert all(flow._backup is None for flow in flows_in(once))
    twice = replay(once, "spare,helps")
    assert [flow.metadata["ccr_recorded"]["record"]["model"] for flow in twice.flows] == ["strong"] * 3
    again = replay(once, "")
    assert again.models == ["weak", "weak"]  # no trace of the first replay's choice: the config's routes decide


def test_who_steps_in_for_the_chosen_model_are_the_default_route_s_fallbacks(recorded: Recorded, replay: Any) -> None:
    done = replay(recorded.file, "new,down")
    assert done.status == 0
    assert done.models[:2] == ["down", "helps"]
    assert [flow.metadata["ccr"]["provider"] for flow in done.flows] == ["spare"] * 3
    assert "0 of them failed" in done.output


def test_one_flow_may_ask_for_a_model_of_its_own_and_for_no_other_to_step_in(
    recorded: Recorded, replay: Any, tmp_path: Path
) -> None:
    flows = [flow for flow in flows_in(recorded.file) if "ccr" in flow.metadata]
    flows[0].metadata["ccr_replay"] = {"model": "new,down", "fallback": False}
    flows[1].metadata["ccr_replay"] = {"model": "new,strong"}
    done = replay(saved(flows[:2], tmp_path / "marked.flows"), "")
    assert done.models == ["down", "strong"]
    assert [flow.metadata["ccr"]["candidates"] for flow in done.flows] == [["new,down"], ["new,strong", "spare,helps"]]
    assert [bool(flow.metadata["ccr"]["error"]) for flow in done.flows] == [True, False]
    assert all("ccr_replay" not in flow.metadata for flow in done.flows)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("nobody,x", "no provider is called `nobody`"),
        ("new", "`new` is not `provider,model`"),
        ("new,strnog", "did you mean `strong`"),
    ],
)
def test_an_unknown_model_is_named(tmp_path: Path, model: str, words: str) -> None:
    current = Current()
    written(tmp_path, config("http://127.0.0.1:1"))
    with pytest.raises(ValueError, match=words):
        model_named(model, current.load(str(tmp_path / "config.json")))


def test_an_unknown_model_is_an_error_at_the_start(recorded: Recorded, replay: Any) -> None:
    refused = replay(recorded.file, "new,strnog")
    assert (refused.status, refused.models) == (1, [])
    assert "ccr_model: `new` lists no model `strnog`; hint: did you mean `strong`" in refused.output


def test_plain_captures_are_replayed_without_the_login_that_is_in_them(replay: Any, tmp_path: Path) -> None:
    flows = [
        plain(),
        plain(url="https://gateway.example/anthropic/v1/messages", encoding="gzip"),
        plain(url="https://api.anthropic.com/v1/messages/count_tokens"),
        plain(url="https://api.anthropic.com/api/event_logging/batch"),
        plain(b"{not json"),
        plain(b"", url="https://example.com/page", method="GET"),
    ]
    done = replay(saved(flows, tmp_path / "plain.flows"), "new,strong")
    assert (done.status, done.models) == (0, ["strong", "strong"]), done.output
    assert "4 skipped: 2 not a model call, 1 count_tokens, 1 no valid Messages request" in done.output
    assert len(done.flows) == 2
    assert all(LOGIN.encode() not in request.body + repr(request.headers).encode() for request in done.requests)
    assert LOGIN.encode() not in done.saved
    old = done.flows[0].metadata["ccr_recorded"]
    assert (old["record"], old["timings"]) == (None, {"first_byte_ms": 800.0, "total_ms": 2500.0})
    assert "Hello from Anthropic." in old["answer"]["body"]


def test_a_login_in_a_capture_is_not_shown_to_another_host(recorded: Recorded, replay: Any, tmp_path: Path) -> None:
    elsewhere = replay(saved([plain()], tmp_path / "plain.flows"), "official,claude-x")
    assert [request.header("authorization") for request in elsewhere.requests] == [""]
    own = recorded.url.replace("http://", "") + "/v1/messages"
    same = replay(saved([plain(url=f"http://{own}")], tmp_path / "same.flows"), "official,claude-x")
    assert [request.header("authorization") for request in same.requests] == [f"Bearer {LOGIN}"]
    assert LOGIN.encode() not in same.saved


def test_all_at_once_none_is_left_behind(recorded: Recorded, replay: Any, tmp_path: Path) -> None:
    many = [flow.copy() for flow in flows_in(recorded.file) if "ccr" in flow.metadata][:2] * 10
    file = saved((flow.copy() for flow in many), tmp_path / "many.flows")
    done = replay(file, "new,strong", "--set", "client_replay_concurrency=-1")
    assert (done.status, len(done.flows)) == (0, 20)
    assert "20 replayed against new,strong, 0 of them failed" in done.output


def test_a_request_of_a_megabyte_is_routed_even_where_large_bodies_are_streamed(replay: Any, tmp_path: Path) -> None:
    asked = body(messages=[{"role": "user", "content": "lorem " * 200_000}])
    done = replay(saved([plain(asked)], tmp_path / "big.flows"), "new,strong", "--set", "stream_large_bodies=100k")
    assert done.models == ["strong"], done.output
    assert len(done.requests[0].body) > 1_000_000


def test_a_file_without_a_model_call_says_so_and_sends_nothing(replay: Any, tmp_path: Path) -> None:
    page = plain(b"", url="https://example.com/", method="GET")
    done = replay(saved([page], tmp_path / "page.flows"), "new,strong")
    assert (done.status, done.models) == (0, [])
    assert "0 replayed against new,strong, 0 of them failed; 1 skipped: 1 not a model call" in done.output


def test_an_empty_file_is_told_and_of_one_that_was_cut_short_mitmproxy_itself_keeps_what_is_readable(
    recorded: Recorded, replay: Any, tmp_path: Path
) -> None:
    (tmp_path / "empty.flows").touch()
    empty = replay(tmp_path / "empty.flows", "new,strong")
    assert (empty.status, empty.models) == (1, [])
    assert "empty.flows` holds no flows; hint: " in empty.output
    cut, whole = tmp_path / "cut.flows", tmp_path / "whole.flows"
    cut.write_bytes(recorded.file.read_bytes()[:-10])
    ended("mitmdump", tmp_path, "-q", "-n", "-r", str(cut), "-w", str(whole))
    done = replay(whole, "new,strong")
    assert (done.status, done.models) == (0, ["strong"] * 3)


def test_of_a_replayed_file_both_answers_are_scrubbed(done: Replayed, tmp_path: Path) -> None:
    file, out = tmp_path / "both.flows", tmp_path / "shared.flows"
    file.write_bytes(done.saved)
    scrub_file(file, out, prose=True, in_place=False, secrets=())
    assert b"I am" in file.read_bytes()
    assert b"I am" not in out.read_bytes()
    before, after = flows_in(file)[0].metadata["ccr_recorded"], flows_in(out)[0].metadata["ccr_recorded"]
    assert (after["record"]["model"], after["timings"]) == ("weak", before["timings"])
    assert len(after["answer"]["body"]) == len(before["answer"]["body"])
