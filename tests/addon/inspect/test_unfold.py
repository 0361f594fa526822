from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from mitmproxy import http
from mitmproxy.test import taddons, tflow
from rich.cells import cell_len

from addon.inspect.addon import Inspect
from addon.inspect.texts import WIDTH
from addon.inspect.unfold import unfolded, wanted
from tests.support import inspected
from tests.support.looking import shown
from tests.support.router import ROOT

PROPERTIES = {"command": {"type": "string", "description": "What to do.\nTwice."}, "seconds": {"type": "integer"}}
SCHEMA = {"type": "object", "properties": PROPERTIES, "additionalProperties": False}
BASH = {"name": "Bash", "description": "Runs a command.\n\nSlowly.", "input_schema": SCHEMA}


def told(what: str, *sent: dict[str, Any], offered: tuple[dict[str, Any], ...] = (BASH,), **more: Any) -> str:
    """What is unfolded of a request with these tools, of which the provider was sent those."""
    body = json.dumps({"tools": offered, **more})
    provider = json.dumps({"tools": sent}).encode() if sent else b""
    return "\n".join(unfolded({"client_request": {"body": body}}, provider, wanted(what)))


def function(schema: dict[str, Any], description: str = "Runs a command.\n\nSlowly.", name: str = "Bash") -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


def test_a_tool_is_its_whole_description_and_its_schema() -> None:
    lines = told("Bash", BASH).splitlines()
    assert lines[0] == "tool Bash: |"
    assert [line.strip() for line in lines[1:4]] == ["Runs a command.", "", "Slowly."]
    assert "  schema, the same from the client and to the provider:" in lines
    assert '      "command": {' in lines
    assert [line for line in lines if "Twice." in line] == ['          Twice."']


def test_fields_in_another_order_are_no_difference() -> None:
    turned = {name: SCHEMA[name] for name in reversed(SCHEMA)}
    assert "the same from the client" in told("Bash", function(turned))


def test_a_schema_that_was_reduced_is_beside_what_the_client_offered() -> None:
    reduced = {"properties": PROPERTIES, "type": "object"}
    text = told("Bash", function(reduced))
    only_left = [line.strip() for line in text.splitlines() if line.rstrip().endswith("<")]
    assert len(only_left) == 2
    assert only_left[1] == '"additionalProperties": false     <'
    assert "schema from the client              │ to the provider" in text


def test_a_description_that_was_changed_is_shown_too() -> None:
    assert "description to the provider:\n  Runs." in told("Bash", function(SCHEMA, "Runs."))


def test_a_tool_that_was_not_sent_is_said_to_be() -> None:
    assert "schema from the client, not sent to the provider:" in told("Bash", function(SCHEMA, name="Other"))


def test_a_vendors_own_tool_has_its_settings_in_a_schemas_place() -> None:
    text = told("web_search", offered=({"type": "web_search_20250305", "name": "web_search", "max_uses": 8},))
    assert '"max_uses": 8' in text


def test_names_may_hold_a_star() -> None:
    offered = tuple({**BASH, "name": name} for name in ("mcp__a__x", "mcp__b__y", "Read"))
    assert [line for line in told("mcp__*", offered=offered).splitlines() if line.startswith("tool ")] == [
        "tool mcp__a__x: |",
        "tool mcp__b__y: |",
    ]
    assert told("tools", offered=offered).count("tool ") == 3


def test_the_system_prompt_is_shown_to_its_last_line() -> None:
    text = told("system", system=[{"type": "text", "text": "\n".join(f"line {n}" for n in range(500))}])
    assert text.startswith("system 1 of 1, 4,389 characters: |\n  line 0\n")
    assert text.endswith("\n  line 499")


@pytest.mark.parametrize(
    ("what", "says"), [("Nope", "has no `Nope`; hint: it has tools, Bash"), (" ,", "say what to unfold; hint: ")]
)
def test_what_is_not_there_is_said_with_what_is(what: str, says: str) -> None:
    with pytest.raises(ValueError, match="hint: ") as refused:
        told(what)
    assert says in str(refused.value)


@pytest.mark.parametrize("damaged", [7, None, "x", [7], [{"name": 7}], [{"function": {"parameters": 7}}], {"a": 1}])
def test_tools_that_are_none_are_no_trouble(damaged: Any) -> None:
    with taddons.context(Inspect()) as host:
        host.options.ccr_unfold = "tools,system"
        flow = http_flow({"tools": damaged, "system": damaged})
        assert "cannot be read" not in shown(flow, answer=False, view="CCR").text


def http_flow(body: dict[str, Any]) -> http.HTTPFlow:
    flow = tflow.tflow(req=http.Request.make("POST", "http://x/", json.dumps(body)))
    flow.metadata["ccr"] = {"version": 1, "client_request": {"body": json.dumps(body)}, "provider_answer": None}
    return flow


def test_the_view_unfolds_what_the_option_says(flows: dict[str, http.HTTPFlow]) -> None:
    with taddons.context(Inspect()) as host:
        folded = shown(flows["parallel_calls"], answer=False).text
        host.options.ccr_unfold = "system,Bash"
        text = shown(flows["parallel_calls"], answer=False).text
    assert "tool Bash" not in folded
    assert text.count("  # Tone") == 40
    assert yaml.safe_load(text)["tool Bash"].startswith("Bash does what it says.\n")
    assert [line for line in text.splitlines() if cell_len(line) > WIDTH] == []


def test_a_megabyte_of_schemas_is_unfolded_soon() -> None:
    """A generous bound: the machine may be busy."""
    tools = [{**BASH, "name": f"t{n}", "description": "Does what it says, at some length. " * 300} for n in range(100)]
    began = time.process_time()
    text = told("tools", *(function(SCHEMA, str(tool["description"]), str(tool["name"])) for tool in tools), offered=tuple(tools))
    assert time.process_time() - began < 2
    assert text.count("\ntool t") == 99


def test_mitmdump_unfolds_a_saved_flow(flows: dict[str, http.HTTPFlow], tmp_path: Path) -> None:
    path = inspected.saved([flows["parallel_calls"]], tmp_path / "one.flows")
    command = [str(Path(sys.executable).with_name("mitmdump")), "-nr", str(path), "-s", str(ROOT / "addon" / "ccr.py")]
    command += ["--set", "flow_detail=3", "--set", "ccr_unfold=Bash,system", "--set", f"confdir={tmp_path / 'confdir'}"]
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    printed = [line.strip() for line in done.stdout.splitlines()]
    assert printed.count("# Tone") == 40
    assert printed[printed.index("tool Bash: |") + 1] == "Bash does what it says."
