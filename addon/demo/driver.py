"""The built-in client: sends what Claude Code sends, and does with the answers what it does, for machines without it.

The requests have the shape of recorded ones of Claude Code 2.1.197 (headers, system blocks, thinking, tools, metadata), with
fewer tools and shorter texts. It is no stand-in for the client's behaviour beyond this one session.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from addon.demo.client import PROMPT
from addon.demo.errors import DemoFailed
from addon.demo.tools import ToolFailed, Tools
from translators.sse import Decoder

SECONDS: Final = 60
_MODEL: Final = "claude-opus-4-8"
_SESSION: Final = "00000000-0000-4000-8000-000000000000"
_MOST_ROUNDS: Final = 10
_HEADERS: Final = {
    "content-type": "application/json",
    "authorization": "Bearer unused",
    "user-agent": "claude-cli/2.1.197 (external, sdk-cli)",
    "x-app": "cli",
    "x-claude-code-session-id": _SESSION,
    "anthropic-version": "2023-06-01",
}
_IDENTITY: Final = "You are a Claude agent, built on Anthropic's Claude Agent SDK."

type JsonObject = dict[str, Any]


def run(url: str, work: Path) -> str:
    """A title and a tool-using session against the router at `url`; what was said in the end. Raises `DemoFailed`."""
    _say(url, _title_request())
    tools = Tools(work)
    messages: list[JsonObject] = [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}]
    for _ in range(_MOST_ROUNDS):
        content = _say(url, _main_request(messages))
        calls = [block for block in content if block["type"] == "tool_use"]
        messages += [{"role": "assistant", "content": content}]
        if not calls:
            return "".join(block["text"] for block in content if block["type"] == "text")
        messages += [{"role": "user", "content": [_result(tools, call) for call in calls]}]
    raise DemoFailed(f"the model still called tools after {_MOST_ROUNDS} rounds")


def _system(text: str) -> list[JsonObject]:
    billing = "x-anthropic-billing-header: cc_version=2.1.197.000; cc_entrypoint=sdk-cli;"
    return [{"type": "text", "text": part} for part in (billing, _IDENTITY, text)]


def _common() -> JsonObject:
    user = json.dumps({"device_id": "0" * 64, "account_uuid": "", "session_id": _SESSION})
    return {"model": _MODEL, "max_tokens": 64000, "metadata": {"user_id": user}, "stream": True}


def _title_request() -> JsonObject:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"], "additionalProperties": False}
    return _common() | {
        "system": _system("Generate a concise title for this coding session."),
        "thinking": {"type": "disabled"},
        "tools": [],
        "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": schema}},
        "messages": [{"role": "user", "content": [{"type": "text", "text": f"<session>\n{PROMPT}\n</session>"}]}],
    }


def _main_request(messages: list[JsonObject]) -> JsonObject:
    return _common() | {
        "system": _system("Help the user with the folder you are in."),
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"},
        "tools": [
            _tool("Bash", "Run a command.", "command", "description"),
            _tool("Read", "Read a file.", "file_path"),
            _tool("Write", "Write a file.", "file_path", "content"),
        ],
        "messages": messages,
    }


def _tool(name: str, description: str, *arguments: str) -> JsonObject:
    properties = {argument: {"type": "string"} for argument in arguments}
    schema = {"type": "object", "properties": properties, "required": [arguments[0]], "additionalProperties": False}
    return {"name": name, "description": description, "input_schema": schema}


def _result(tools: Tools, call: JsonObject) -> JsonObject:
    block: JsonObject = {"type": "tool_result", "tool_use_id": call["id"]}
    try:
        return block | {"content": tools.run(call["name"], call["input"]), "is_error": False}
    except ToolFailed as failure:
        return block | {"content": str(failure), "is_error": True}


def _say(url: str, body: JsonObject) -> list[JsonObject]:
    """Send one request; the blocks of the streamed answer."""
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=SECONDS)
    try:
        connection.request("POST", "/v1/messages?beta=true", json.dumps(body), _HEADERS)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise DemoFailed(f"the router at {url} broke off: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise DemoFailed(f"the router answered {response.status}: {answer[:500].decode(errors='replace')}")
    return _blocks(answer)


def _blocks(stream: bytes) -> list[JsonObject]:
    """The content blocks of a Messages stream. Raises `DemoFailed` for one that has an error or no end."""
    decoder = Decoder()
    blocks: list[JsonObject] = []
    arguments: dict[int, str] = {}
    for frame in (*decoder.feed(stream), *decoder.close()):
        event = json.loads(frame.data)
        match event["type"]:
            case "content_block_start":
                blocks.append(dict(event["content_block"]))
            case "content_block_delta":
                _extend(blocks, arguments, event)
            case "error":
                raise DemoFailed(f"the answer ended with an error: {event['error'].get('message')}")
            case "message_stop":
                return [
                    block | {"input": json.loads(arguments.get(index) or "{}")} if block["type"] == "tool_use" else block
                    for index, block in enumerate(blocks)
                ]
    raise DemoFailed("the answer broke off before its end")


def _extend(blocks: list[JsonObject], arguments: dict[int, str], event: JsonObject) -> None:
    index, delta = event["index"], event["delta"]
    match delta["type"]:
        case "text_delta":
            blocks[index]["text"] += delta["text"]
        case "thinking_delta":
            blocks[index]["thinking"] += delta["thinking"]
        case "signature_delta":
            blocks[index]["signature"] = delta["signature"]
        case "input_json_delta":
            arguments[index] = arguments.get(index, "") + delta["partial_json"]
