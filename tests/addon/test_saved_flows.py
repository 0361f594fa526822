"""Flows saved by a real mitmdump: no credential is in the file, it is read again unchanged, and sent again it is routed anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mitmproxy import http
from mitmproxy.io import FlowReader

from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.answers import delta, finish, sse
from tests.support.asking import body
from tests.support.configs import KEY_ONE, KEY_TWO, two_providers
from tests.support.mitm import LISTENING, ended, started, written

CLIENTS = {
    "authorization": "Bearer sk-ant-oat01-the-clients-login",
    "x-api-key": "sk-ant-api03-the-clients-key",
    "cookie": "sessionKey=sk-ant-sid01-the-clients-cookie",
}
SECRETS = [KEY_ONE, KEY_TWO, "the-clients-login", "the-clients-key", "the-clients-cookie"]


class Echo:
    """A provider that repeats whatever it is shown: in a header, in words, in an error of the first model."""

    def __init__(self) -> None:
        self.seen: list[HttpRequest] = []

    async def answer(self, request: HttpRequest) -> Answer:
        self.seen.append(request)
        key = request.header("authorization")
        if self.asked()[-1] == "first":
            return Answer(
                401, {"content-type": "application/json", "x-key": key}, json.dumps({"error": {"message": key}}).encode()
            )
        told = sse(delta(content=f"You showed {key}"), finish(), b"[DONE]")
        return Answer(200, {"content-type": "text/event-stream", "x-key": key}, told)

    def asked(self) -> list[str]:
        return [json.loads(request.body)["model"] for request in self.seen]


@dataclass(frozen=True)
class Recorded:
    """One session as mitmdump saved it: its file, its events, its output, and what the provider saw of it."""

    url: str
    echo: Echo
    file: Path
    events: Path
    output: str


def config(url: str) -> dict[str, Any]:
    return two_providers(url, PORT=0) | {"router": {"default": "two,second"}}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder, echo = tmp_path_factory.mktemp("recorded"), Echo()
    file, events = folder / "session.flows", folder / "events.jsonl"
    saving = ("--set", "server=false", "-w", str(file), "--set", f"ccr_events={events}", "--flow-detail", "4")
    with Server(echo.answer) as server:
        url = f"{server.url}/v1"
        with started("mitmdump", folder, *saving, *written(folder, config(url))) as process:
            address = f"http://{process.wait_for(LISTENING)}"
            with httpx2.Client(base_url=address, headers=CLIENTS, timeout=30, trust_env=False) as client:
                assert client.post("/v1/messages?beta=true", json=body()).status_code == 200
                assert client.post("/v1/messages?beta=true", json=body("one,first")).status_code == 403
                assert client.get("/v1/models").status_code == 200
        yield Recorded(url, echo, file, events, process.output)


def read(file: Path) -> list[http.HTTPFlow]:
    with file.open("rb") as saved:
        return [flow for flow in FlowReader(saved).stream() if isinstance(flow, http.HTTPFlow)]


def leaks(place: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in place]


def test_no_credential_is_in_the_file_the_events_or_the_output(recorded: Recorded) -> None:
    shown = {request.header("authorization") for request in recorded.echo.seen[:2]}
    assert shown == {f"Bearer {KEY_ONE}", f"Bearer {KEY_TWO}"}
    assert len(read(recorded.file)) == 3
    assert len(recorded.events.read_text().splitlines()) == 2
    assert "You showed Bearer ***" in recorded.output
    assert leaks(recorded.file.read_bytes()) == leaks(recorded.events.read_bytes()) == leaks(recorded.output.encode()) == []


def test_a_file_is_read_again_unchanged(recorded: Recorded, tmp_path: Path) -> None:
    copied, asked = tmp_path / "copied.flows", len(recorded.echo.seen)
    options = ("-n", "-r", str(recorded.file), "-w", str(copied), *written(tmp_path, config(recorded.url)))
    status, output = ended("mitmdump", tmp_path, *options)
    assert (status, "Traceback" in output, "Addon error" in output) == (0, False, False), output
    assert "listening" not in output
    assert [flow.get_state() for flow in read(copied)] == [flow.get_state() for flow in read(recorded.file)]
    assert len(recorded.echo.seen) == asked


def test_mitmproxy_s_filters_find_what_was_recorded(recorded: Recorded, tmp_path: Path) -> None:
    found = tmp_path / "found.flows"
    options = ("-n", "-r", str(recorded.file), "-w", str(found), *written(tmp_path, config(recorded.url)))
    ended("mitmdump", tmp_path, *options, '~comment "main → two,second" & ~meta "nothing special"')
    assert [flow.metadata["ccr"]["provider"] for flow in read(found)] == ["two"]


def test_a_file_that_is_sent_again_is_routed_anew(recorded: Recorded, tmp_path: Path) -> None:
    again, asked = tmp_path / "again.flows", len(recorded.echo.seen)
    elsewhere = config(recorded.url) | {"router": {"default": "two,anew"}}
    status, output = ended("mitmdump", tmp_path, "-n", "-C", str(recorded.file), "-w", str(again), *written(tmp_path, elsewhere))
    assert (status, "Traceback" in output) == (0, False), output
    assert "listening" not in output
    assert recorded.echo.asked()[asked:] == ["anew", "first"]
    assert [flow.metadata["ccr"]["model"] for flow in read(again) if "ccr" in flow.metadata] == ["anew", "first"]
    assert leaks(again.read_bytes()) == []
