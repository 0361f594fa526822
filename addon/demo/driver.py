"""The built-in client, for machines without Claude Code: plays a recorded conversation of it over HTTP.

The recorded requests are sent with the demo's own prompt in them; the answers' tool calls are carried out and their results
go back, as the client does. It is no stand-in for the client's behaviour beyond this one session.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from addon.demo.client import PROMPT
from addon.demo.errors import DemoFailed
from addon.demo.recorded import Recording
from addon.demo.tools import ToolFailed, Tools
from translators.sse import Decoder

SECONDS: Final = 60
_MOST_ROUNDS: Final = 10

type JsonObject = dict[str, Any]


def run(url: str, work: Path) -> str:
    """A title and a tool-using session against the router at `url`; what was said in the end. Raises `DemoFailed`."""
    title, main = Recording("title"), Recording("main")
    _say(url, title, title.body(f"<session>\n{PROMPT}\n</session>"))
    tools = Tools(work)
    dialog: list[JsonObject] = []
    for _ in range(_MOST_ROUNDS):
        content = _say(url, main, main.body(PROMPT, dialog))
        calls = [block for block in content if block["type"] == "tool_use"]
        dialog += [{"role": "assistant", "content": content}]
        if not calls:
            return "".join(block["text"] for block in content if block["type"] == "text")
        dialog += [{"role": "user", "content": [_result(tools, call) for call in calls]}]
    raise DemoFailed(f"the model still called tools after {_MOST_ROUNDS} rounds")


def _result(tools: Tools, call: JsonObject) -> JsonObject:
    block: JsonObject = {"type": "tool_result", "tool_use_id": call["id"]}
    try:
        return block | {"content": tools.run(call["name"], call["input"]), "is_error": False}
    except ToolFailed as failure:
        return block | {"content": str(failure), "is_error": True}


def _say(url: str, recording: Recording, body: JsonObject) -> list[JsonObject]:
    """Send one request; the blocks of the streamed answer."""
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=SECONDS)
    try:
        connection.request("POST", recording.path, json.dumps(body), recording.headers)
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
