"""An export for people: what happened first, the bodies last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from addon.commands.tools import tools_lines
from addon.commands.why import why_lines

_BODIES = {
    "client_request": "What the client sent",
    "provider_request": "What the provider was sent",
    "provider_answer": "What the provider answered",
    "client_answer": "What the client was given",
}


def markdown(document: Mapping[str, Any]) -> str:
    about = " · ".join(f"{key} {document[key]}" for key in ("ccr", "mitmproxy", "python", "system"))
    lines = ["# ccr: exported flows", "", f"{about} · prose: {document['prose']}", ""]
    for number, flow in enumerate(document["flows"], 1):
        lines += [f"## {number}. {_escaped(flow['summary'])}", "", *_flow(flow)]
    return "\n".join(lines)


def _flow(flow: Mapping[str, Any]) -> Iterator[str]:
    yield from _fenced("\n".join(why_lines(flow)))
    yield from ("### Tool calls", "")
    yield from _fenced("\n".join(tools_lines(flow)))
    numbers = {key: flow.get(key) for key in ("usage", "cost", "timings", "stop_reason", "upstream_reason", "error")}
    yield from ("### Usage and end", "")
    yield from _fenced(json.dumps(numbers, ensure_ascii=False, indent=2), "json")
    for key, title in _BODIES.items():
        yield from (f"### {title}", "")
        message = flow.get(key)
        if message is None:
            yield from ("Nothing.", "")
        else:
            head = {name: value for name, value in message.items() if name != "body"}
            yield from _fenced(json.dumps(head, ensure_ascii=False, indent=2), "json")
            yield from _fenced(_readable(message["body"]))


def _fenced(text: str, language: str = "") -> Iterator[str]:
    """A fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    yield from (fence + language, text, fence, "")


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]#|])", r"\\\1", " ".join(text.split()))
