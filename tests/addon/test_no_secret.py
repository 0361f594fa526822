"""Every place where a person or a file could meet a credential, searched for all of them after a session of the real programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mitmproxy import contentviews
from mitmproxy.io import FlowReader
from mitmproxy.test import taddons

from addon.headers import without_credentials
from addon.inspect.addon import Inspect
from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.answers import call, calls, delta, finish, sse
from tests.support.asking import body
from tests.support.mitm import ended, written
from tests.support.mitmweb import Mitmweb
from tests.support.provider import closed_port
from tests.support.router import Router

# Nothing here looks like a key, so that only who knows them can take them out.
SECRETS = {
    "a key of the router's client": "client.key.of.the.router.1",
    "the client's login": "login.of.the.client.22",
    "the client's cookie": "cookie.of.the.client.333",
    "in the client's query": "query.of.the.client.4444",
    "the first key of a pool": "first.of.the.pool.55555",
    "the second key of a pool": "second.of.the.pool.666666",
    "another provider's key": "key.of.another.7777777",
    "in a header of the configuration": "header.of.the.config.88888888",
}
CLIENTS = {
    "authorization": f"Bearer {SECRETS["a key of the router's client"]}",
    "x-api-key": SECRETS["the client's login"],
    "cookie": f"sessionKey={SECRETS["the client's cookie"]}; theme=dark",
    "x-claude-code-session-id": "1f3a9c2d-0c1e-4a6b-9d55-6a1d2f0e7b11",
}
PATH = f"/v1/messages?beta=true&api_key={SECRETS["in the client's query"]}"
TOOLS = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}]
COMMANDS = ("ccr.why", "ccr.tools")
VIEWS = ("auto", "CCR", "CCR client request", "CCR provider request", "CCR provider answer", "CCR client answer", "raw", "json")


class Echo:
    """A provider that repeats the head it was sent: in a header, in words, in a tool call, in an error."""

    def __init__(self) -> None:
        self.seen: list[HttpRequest] = []

    async def answer(self, request: HttpRequest) -> Answer:
        self.seen.append(request)
        heads = dict(request.headers)
        model = json.loads(request.body)["model"]
        echo = {"x-echo": heads.get("authorization", ""), "x-gateway": heads.get("x-gateway-token", "")}
        if model == "refuses":
            error = json.dumps({"error": {"message": f"you sent {heads} to {request.target}"}})
            return Answer(401, {"content-type": "application/json", **echo}, error.encode())
        told = [delta(content=f"You sent {heads}"), calls(call(json.dumps({"command": str(heads)}), id="c", name="Bash"))]
        return Answer(200, {"content-type": "text/event-stream", **echo}, sse(*told, finish("tool_calls"), b"[DONE]"))


def config(url: str) -> dict[str, Any]:
    pool = [SECRETS["the first key of a pool"], SECRETS["the second key of a pool"]]
    header = {"x-gateway-token": SECRETS["in a header of the configuration"]}
    at = {"base_url": f"{url}/v1?api-version=7"}
    return {
        "providers": [
            {"name": "pool", **at, "api_keys": pool, "headers": header, "models": ["refuses", "says"]},
            {"name": "other", **at, "api_key": SECRETS["another provider's key"], "models": ["refuses", "says"]},
            {"name": "dead", "base_url": f"http://127.0.0.1:{closed_port()}/v1", "api_key": pool[0], "models": ["gone"]},
        ],
        "router": {"default": "pool,refuses"},
        "fallback": ["other,refuses", "pool,says"],
        "client_keys": [SECRETS["a key of the router's client"]],
        "retry": {"attempts": 1},
    }


def session(url: str) -> list[str]:
    """What a client is told by the router itself in a session that meets every kind of answer.

    What a provider says in an answer that succeeds is passed on as it says it.
    """
    with httpx2.Client(base_url=url, headers=CLIENTS, timeout=30, trust_env=False) as client:
        asked = [
            client.post(PATH, json=body(tools=TOOLS)),
            client.post(PATH, json=body("other,says", stream=False, tools=TOOLS)),
            client.post(PATH, json=body("other,refuses")),
            client.post(PATH, json=body("dead,gone")),
            client.post(PATH, json=body("other,")),
            client.post(PATH, content=b"{"),
            client.post(PATH.replace("messages", "messages/count_tokens"), json=body()),
            client.get(f"/v1/models?api_key={SECRETS["in the client's query"]}"),
            client.get(f"/not/served?api_key={SECRETS["in the client's query"]}"),
            client.post(PATH, json=body(), headers={"authorization": "Bearer nobody.knows.this"}),
        ]
    assert asked[0].status_code == 200
    return [f"{answer.headers} {answer.text if answer.is_error else ''}" for answer in asked]


@contextmanager
def provider() -> Iterator[tuple[str, Echo]]:
    echo = Echo()
    with Server(echo.answer) as server:
        yield server.url, echo
    sent = repr([request.headers for request in echo.seen])
    shown = {name for name, secret in SECRETS.items() if secret in sent}
    assert shown == {
        "the first key of a pool",
        "the second key of a pool",
        "another provider's key",
        "in a header of the configuration",
    }


def found(places: dict[str, str]) -> list[tuple[str, str]]:
    """Which secret is in which place. Also in the words of a URL, of JSON or of another encoding they are as they are."""
    assert all(places.values()), "a place is empty, and tells nothing"
    return [(place, name) for place, text in places.items() for name, secret in SECRETS.items() if secret in text]


def test_no_secret_is_in_what_mitmdump_prints_and_writes(tmp_path: Path) -> None:
    flows, events = tmp_path / "session.flows", tmp_path / "events.jsonl"
    options = ["--flow-detail", "4", "-w", str(flows), "--set", f"ccr_events={events}", "--set", "termlog_verbosity=debug"]
    (folder := tmp_path / "router").mkdir()
    with provider() as (url, _):
        with Router(config(url), folder, options=options) as router:
            told = session(router.url)
        again = {
            f"its views in {program}": ended(program, folder, "-nr", str(flows), *more, *written(folder, config(url)))[1]
            for program, more in {"mitmdump": ("--flow-detail", "4")}.items()
        }
    with flows.open("rb") as file:
        states = [repr(flow.get_state()) for flow in FlowReader(file).stream()]
    assert len(states) == len(told)
    places = {"the terminal": router.output, "the file": flows.read_bytes().decode(errors="replace"), **again}
    places |= {"a flow's state": " ".join(states), "ccr_events": events.read_text()}
    places |= {f"answer {number}": text for number, text in enumerate(told)}
    assert found(places) == []
    assert "You sent" in router.output


def test_no_secret_is_in_what_mitmweb_shows_and_its_commands_tell(tmp_path: Path) -> None:
    with provider() as (url, _):
        (folder := tmp_path / "web").mkdir()
        with Mitmweb(config(url), folder) as web:
            session(web.url)
            places = {name: web.rest.get(name).text for name in ("/flows", "/events", "/state")}
            places["/flows/dump"] = web.rest.get("/flows/dump").content.decode(errors="replace")
            flows = web.flows()
            for flow in flows:
                places |= shown(web, flow)
            places |= {name: "\n".join(web.call(name)) for name in ("ccr.routes", "ccr.health", "ccr.reload")}
            places["ccr.passthrough"] = "\n".join([*web.call("ccr.passthrough", "on"), *web.call("ccr.passthrough", "off")])
            places["ccr.use"] = "\n".join(web.call("ccr.use", "think", "other,says"))
            for prose in ((), ("prose",)):
                for file in ("flows.json", "flows.md"):
                    web.call("ccr.export", "@all", str(folder / file), *prose)
                    places[f"{file} {prose}"] = (folder / file).read_text()
            (folder / "config.json").write_text(json.dumps(config(url) | {"router": {"default": "nobody,says"}}))
            with pytest.raises(RuntimeError) as refused:
                web.call("ccr.reload")
            places["a refused config"] = str(refused.value)
            places["its terminal"] = web.output
    assert len(flows) == 10
    assert found(places) == []
    assert "You sent" in places["/flows/dump"]


def shown(web: Mitmweb, flow: dict[str, Any]) -> dict[str, str]:
    """All that mitmweb's page can show of one flow, and what the commands tell of it."""
    flow_id = flow["id"]
    places = {f"{name} {flow['comment']}": "\n".join(web.call(name, f"@{flow_id}")) for name in COMMANDS}
    for message in ("request", "response"):
        for view in VIEWS:
            told = web.rest.get(f"/flows/{flow_id}/{message}/content/{view.replace(' ', '%20')}.json")
            assert told.status_code == 200
            places[f"{message} in {view} of {flow['comment']}"] = told.text
        places[f"{message} of {flow['comment']}"] = web.content(flow, message) or "nothing"
    return places


def test_the_views_of_a_flow_are_those_that_are_searched() -> None:
    with taddons.context(Inspect()):
        ours = {name for name in contentviews.registry.available_views() if name.lower().startswith("ccr")}
    assert ours <= {view.lower() for view in VIEWS} | set(VIEWS)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/v1/messages", "/v1/messages"),
        ("/v1/messages?beta=true&x=", "/v1/messages?beta=true&x="),
        ("/v1/messages?api_key=a", "/v1/messages"),
        ("/v1/messages?key=a&beta=true&access_token=b&API%2DKEY=c", "/v1/messages?beta=true"),
    ],
)
def test_a_credential_in_a_query_is_taken_off(path: str, kept: str) -> None:
    assert without_credentials(path) == kept


@pytest.mark.parametrize("url", ["https://user:hidden.pass.word@far.example/v1", "https://far.example/v1?key=hidden.pass.word"])
def test_a_configuration_with_a_key_in_a_url_is_refused_without_showing_it(tmp_path: Path, url: str) -> None:
    told = config("http://127.0.0.1:9")
    told["providers"][0]["base_url"] = url
    status, output = ended("mitmdump", tmp_path, *written(tmp_path, told))
    assert status != 0
    assert "keep credentials out of URLs" in output
    assert "hidden.pass.word" not in output
    assert found({"the terminal": output}) == []
