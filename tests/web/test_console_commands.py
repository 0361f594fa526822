"""The commands at the prompt of mitmproxy's console. Skipped, and said to be, where there is no tmux."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.chat_fake import KEY, ChatFake
from tests.support.asking import body
from tests.support.router import ROOT, free_port
from tests.support.terminal import Terminal

CLAUDE_CODE = {"user-agent": "claude-cli/2.1.197 (external, cli)"}
TOOL = {"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[tuple[Terminal, Path]]:
    """A router in a console of 80 columns, that has routed one request."""
    if not shutil.which("tmux"):
        pytest.skip("no tmux on the PATH")
    port = free_port()
    with ChatFake() as provider:
        one = {"name": "one", "base_url": provider.base_url, "api_key": KEY, "models": ["first", "second"]}
        config = {"providers": [one], "router": {"default": "one,first"}, "PORT": port}
        (tmp_path / "config.json").write_text(json.dumps(config))
        options = f"--set server=false --set confdir={tmp_path}/confdir --set ccr_config={tmp_path}/config.json"
        terminal = Terminal(f"mitmproxy -s {ROOT}/addon/ccr.py {options}", tmp_path, 80)
        try:
            terminal.screen(until=f"127.0.0.1:{port}")
            calls = [{"tool": "Bash", "arguments": '{"command": "rm -rf build && git status --short",}'}]
            request = body(tools=[TOOL], messages=[{"role": "user", "content": f"SCRIPT:{json.dumps([calls])}"}])
            answer = httpx2.post(
                f"http://127.0.0.1:{port}/v1/messages", json=request, headers=CLAUDE_CODE, timeout=30, trust_env=False
            )
            assert answer.status_code == 200
            terminal.screen(until="main → one,first")
            yield terminal, tmp_path
        finally:
            terminal.end()


def test_every_command_can_be_read_at_80_columns(narrow: tuple[Terminal, Path]) -> None:
    console, folder = narrow
    routes = console.command("ccr.routes", until="provider one")
    assert "default: one,first" in routes
    why = console.command("ccr.why @focus", until="attempt 1")
    assert {"decision: main → one,first by route default", "reason: nothing special"} <= set(why)
    sent = why.index(next(line for line in why if line.startswith("note protocol:")))
    assert why[sent + 1].startswith("  ")  # broken between words, and hanging
    assert console.command("ccr.use background one,second", until="until") == [
        "background: one,second until `ccr.use background off`"
    ]
    told = console.command("ccr.passthrough on", until="passthrough is on")
    assert " ".join(line.strip() for line in told).endswith("with the client's own login")
    assert any(line.startswith("passthrough: on") for line in console.command("ccr.routes", until="passthrough: on"))
    tools = console.command("ccr.tools @focus", until="as given")
    assert tools[0].startswith("Bash  ")
    assert tools[0].endswith("  repaired"), tools
    assert tools[1] == '  as sent:  {"command": "rm -rf build && git status --short",}'
    assert tools[2].startswith('  as given: {"command"')
    console.command(f"ccr.export @all {folder}/x.md", until="bytes, to")
    assert (folder / "x.md").read_text(encoding="utf-8").startswith("# ccr")


def test_what_cannot_be_done_is_said_in_the_status_bar(narrow: tuple[Terminal, Path]) -> None:
    console, _ = narrow
    console.keys(":")
    console.screen(until="\n:")
    console.type("ccr.use default nobody,first")
    console.keys("Enter")
    console.screen(until="no provider is called `nobody`")
