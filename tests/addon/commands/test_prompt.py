"""The commands, called as mitmproxy's prompt calls them: by name, with texts for arguments."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import exceptions, http
from mitmproxy.addons.view import View
from mitmproxy.test import taddons, tflow

from addon.commands.prompt import Commands
from addon.configuration import Configuration
from addon.current import Current
from addon.failover.fleet import Fleet
from addon.gateway import Gateway
from addon.routing.choice import Choice
from translators.errors import Fault

CONFIG = """
providers:
  - {name: one, base_url: "https://one.example/v1", api_keys: [sk-key-number-one, k2], models: [a]}
  - {name: two, base_url: "https://two.example/v1", api_key: k, models: [b]}
  - {name: three, base_url: "https://three.example/v1", api_key: "", models: [c]}
Router: {default: "one,a", think: "two,b"}
fallback: {default: ["two,b"]}
"""
RECORD: dict[str, Any] = {
    "version": 1,
    "request_id": "req_ccr1",
    "client_request": {"method": "POST", "path": "/v1/messages", "headers": {}, "body": '{"model": "claude-x", "messages": []}'},
    "session": "s1",
    "agent": "",
    "kind": "main",
    "route": "default",
    "provider": "two",
    "model": "b",
    "asked_model": "claude-x",
    "reason": "nothing special",
    "candidates": ["one,a", "two,b"],
    "tokens_estimate": 1234,
    "attempts": [
        {"provider": "one", "model": "a", "status": 401, "error": "refused sk-key-number-one", "ms": 12},
        {"provider": "two", "model": "b", "status": 200, "error": "", "ms": 1500},
    ],
    "provider_answer": {"status": 200, "headers": {}, "body": "{}"},
    "usage": {"input": 1, "output": 2},
    "cost": None,
    "timings": {"first_byte_ms": 5, "total_ms": 1512},
    "stop_reason": "tool_use",
    "upstream_reason": "tool_calls",
    "tool_calls": [
        {"id": "t1", "name": "Bash", "arguments": '{"command": "ls",}', "input": '{"command":"ls"}', "repaired": True},
        {"id": "t2", "name": "Read", "arguments": '{"path": "a"}', "input": '{"path":"a"}', "repaired": False},
    ],
    "notes": [{"rule": "top_k", "text": "left out"}],
    "error": None,
}


class Prompt:
    def __init__(self, folder: Path, context: taddons.context, current: Current, fleet: Fleet, view: View) -> None:
        self.folder, self.context, self.current, self.fleet, self.view = folder, context, current, fleet, view

    def say(self, command: str, *arguments: str) -> list[str]:
        return list(self.context.master.commands.call_strings(command, arguments))

    def configure(self, text: str) -> None:
        (self.folder / "config.yaml").write_text(text)

    def routed(self) -> http.HTTPFlow:
        flow = tflow.tflow(resp=True)
        flow.metadata["ccr"] = json.loads(json.dumps(RECORD))
        self.view.add([flow])
        return flow


@pytest.fixture
def prompt(tmp_path: Path) -> Iterator[Prompt]:
    (tmp_path / "config.yaml").write_text(CONFIG)
    current, fleet, view = Current(), Fleet(), View()
    configuration = Configuration(current)
    with taddons.context(view, configuration, Commands(current, fleet, Gateway(current, fleet))) as context:
        context.configure(configuration, ccr_config=str(tmp_path / "config.yaml"))
        yield Prompt(tmp_path, context, current, fleet, view)


def test_health_tells_of_every_provider_what_rests_and_why(prompt: Prompt) -> None:
    assert prompt.say("ccr.health")[:2] == ["one: ok", "two: ok"]
    now = time.monotonic()
    prompt.fleet.health.failed(Choice("two", "b"), Fault("credential", "permission_error", 403, "refused its key"), now)
    prompt.fleet.keys(prompt.current.settings.providers["one"]).rest("k2", 60, now)
    told = prompt.say("ccr.health")
    assert told[0] == "one: ok"
    assert told[1].startswith("two: resting 60 s after 1 failure: refused its key")
    assert told[2] == "one: 1 of 2 keys rest"
    assert told[3].startswith("three: left out: ")


def test_routes_shows_what_answers_on_each_and_every_provider(prompt: Prompt) -> None:
    told = prompt.say("ccr.routes")
    assert "default: one,a → two,b" in told
    assert "think: two,b" in told
    assert "image: not set, default answers" in told
    assert "provider one: openai-chat at https://one.example/v1: a" in told


def test_use_puts_another_model_on_a_route_until_off(prompt: Prompt) -> None:
    assert prompt.say("ccr.use", "default", "two,b") == ["default: two,b until `ccr.use default off`"]
    assert prompt.current.settings.router.default == Choice("two", "b")
    assert "default: two,b [ccr.use; the config says one,a]" in prompt.say("ccr.routes")
    assert prompt.say("ccr.use", "default", "off") == ["default: one,a again, as the config says"]
    assert prompt.current.settings.router.default == Choice("one", "a")


@pytest.mark.parametrize("back", ["", "off"])
def test_use_sets_a_route_that_the_config_has_not_and_takes_it_back(prompt: Prompt, back: str) -> None:
    prompt.say("ccr.use", "image", "one/a")
    assert prompt.current.settings.router.image == Choice("one", "a")
    assert prompt.say("ccr.use", "image", back) == ["image: not set again, as the config says"]
    assert prompt.current.settings.router.image is None


@pytest.mark.parametrize(
    ("route", "model", "words"),
    [
        ("default", "nobody,x", "no provider is called `nobody`"),
        ("default", "one", "is not `provider,model`"),
        ("default", "one,", "is not `provider,model`"),
        ("default", "three,c", "`three` cannot be asked"),
        ("defalt", "one,a", "Invalid choice"),
    ],
)
def test_use_refuses_what_cannot_answer_and_changes_nothing(prompt: Prompt, route: str, model: str, words: str) -> None:
    before = prompt.current.settings
    with pytest.raises(exceptions.CommandError, match=words):
        prompt.say("ccr.use", route, model)
    assert prompt.current.settings is before


def test_use_says_that_a_model_is_not_listed(prompt: Prompt) -> None:
    assert "does not list" in prompt.say("ccr.use", "default", "one,unheard-of")[0]


def test_passthrough_sends_everything_to_anthropic_until_it_is_off(prompt: Prompt) -> None:
    assert prompt.say("ccr.passthrough", "on")[0].startswith(
        "passthrough is on: everything goes to anthropic (https://api.anthropic"
    )
    settings = prompt.current.settings
    assert [*settings.router.routes.values()] == [Choice("anthropic", "*")]
    assert settings.providers["anthropic"].auth == "client"
    assert prompt.say("ccr.routes")[1].startswith("passthrough: on")
    assert prompt.say("ccr.passthrough", "off") == ["passthrough is off: the routes decide"]
    assert prompt.current.settings.router.default == Choice("one", "a")
    assert not any(line.startswith("passthrough") for line in prompt.say("ccr.routes"))


def test_passthrough_takes_on_and_off_only(prompt: Prompt) -> None:
    with pytest.raises(exceptions.CommandError):
        prompt.say("ccr.passthrough", "maybe")
    assert not prompt.current.overrides.passthrough


def test_reload_puts_a_changed_file_in_force_and_keeps_what_use_changed(prompt: Prompt) -> None:
    prompt.say("ccr.use", "think", "one,a")
    prompt.say("ccr.use", "image", "two,b")
    prompt.configure(
        'providers: [{name: one, base_url: "https://one.example/v1", api_key: k, models: [n]}]\nRouter: {default: "one,n"}'
    )
    told = prompt.say("ccr.reload")
    assert told[0].startswith("reloaded ")
    assert told[-1] == "image: `ccr.use` ends, its provider is gone"
    assert prompt.current.settings.router.default == Choice("one", "n")
    assert prompt.current.settings.router.think == Choice("one", "a")
    assert prompt.current.settings.router.image is None


def test_reload_of_a_bad_file_keeps_the_old_one_and_says_why(prompt: Prompt) -> None:
    prompt.configure('providers: [{name: one, base_url: "https://one.example/v1", api_key: k}]\nRouter: {defalt: "one,n"}')
    with pytest.raises(exceptions.CommandError, match=r"(?s)`defalt` is not a key.*the config in force stays"):
        prompt.say("ccr.reload")
    assert prompt.current.settings.router.default == Choice("one", "a")


def test_why_tells_the_decision_the_attempts_and_the_notes_without_secrets(prompt: Prompt) -> None:
    prompt.routed()
    told = prompt.say("ccr.why", "@all")
    assert "decision: main → two,b by route default" in told
    assert "reason: nothing special" in told
    assert "attempt 1: one,a: 401 after 12 ms: refused ***" in told
    assert "attempt 2: two,b: 200 after 1,500 ms: ok" in told
    assert "note top_k: left out" in told


def test_why_of_a_flow_that_was_not_routed_says_so(prompt: Prompt) -> None:
    prompt.view.add([tflow.tflow(resp=True)])
    assert prompt.say("ccr.why", "@all")[0].startswith("not routed")
    assert prompt.say("ccr.tools", "@all") == ["no tool calls"]


def test_why_asks_for_one_flow(prompt: Prompt) -> None:
    with pytest.raises(exceptions.CommandError, match="requires one flow"):
        prompt.say("ccr.why", "@all")


def test_tools_is_a_table_of_what_was_sent_and_given(prompt: Prompt) -> None:
    prompt.routed()
    head, bash, read = prompt.say("ccr.tools", "@all")
    assert head.split() == ["tool", "id", "repaired", "as", "sent", "as", "given"]
    assert bash.split("  ")[0] == "Bash"
    assert '{"command": "ls",}' in bash
    assert bash.endswith('{"command":"ls"}')
    assert " yes " in bash
    assert read.endswith("the same")


def test_commands_take_flows_as_such_where_there_is_no_view(tmp_path: Path) -> None:
    """As scripts call them in mitmdump."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    current, fleet = Current(), Fleet()
    current.load(str(tmp_path / "config.yaml"))
    flow = tflow.tflow(resp=True)
    flow.metadata["ccr"] = RECORD
    with taddons.context(Commands(current, fleet, Gateway(current, fleet))) as context:
        call = context.master.commands.call
        assert "reason: nothing special" in call("ccr.why", flow)
        assert len(call("ccr.tools", flow)) == 3
        call("ccr.export", [flow], str(tmp_path / "flow.json"))
        call("ccr.export", [flow], str(tmp_path / "flow.md"), "prose")
    assert json.loads((tmp_path / "flow.json").read_text())["flows"][0]["reason"] == "nothing special"
    assert (tmp_path / "flow.md").read_text().startswith("# ccr")


@pytest.mark.parametrize(
    ("file", "words"), [("flow.txt", "let the file end in .json or .md"), ("no/folder/flow.md", "cannot write")]
)
def test_export_says_why_it_cannot_write(prompt: Prompt, file: str, words: str) -> None:
    prompt.routed()
    with pytest.raises(exceptions.CommandError, match=words):
        prompt.say("ccr.export", "@all", str(prompt.folder / file))


def test_export_of_nothing_routed_is_refused(prompt: Prompt) -> None:
    prompt.view.add([tflow.tflow(resp=True)])
    with pytest.raises(exceptions.CommandError, match="none of these flows was routed"):
        prompt.say("ccr.export", "@all", str(prompt.folder / "flow.json"))


def test_retranslate_is_for_a_flow_that_is_stopped_at_its_request(prompt: Prompt) -> None:
    prompt.routed()
    with pytest.raises(exceptions.CommandError, match="not stopped at its request"):
        prompt.say("ccr.retranslate", "@all")
