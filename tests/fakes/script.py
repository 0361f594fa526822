"""What a fake model says is written in the prompt itself, so that any client can be led through any conversation.

A user message carries `SCRIPT:` and a JSON list of assistant turns, each a list of steps:
`{"text": …}`, `{"thinking": …}`, `{"tool": NAME, "input": {…}}` (or `"arguments": "raw text"` in place of `input`) and
`{"finish": WORD}`, which replaces the stop reason. Turn N is played on the N-th assistant turn after that message; once the
script is over, or where there is none, the model says `Done.`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MARK = "SCRIPT:"
SESSION = "<session>"
SEARCH = "Perform a web search for the query:"


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A call. `arguments` is JSON text, broken on purpose where the script says so; `key` is unique in the conversation."""

    name: str
    arguments: str
    key: str

    @property
    def input(self) -> Any:
        return json.loads(self.arguments)


type Step = Text | Thinking | Tool


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model says in one turn. `finish` is the provider's own word for the end, "" for the one that fits."""

    steps: tuple[Step, ...]
    finish: str = ""

    @property
    def tools(self) -> list[Tool]:
        return [step for step in self.steps if isinstance(step, Tool)]


@dataclass(frozen=True, slots=True)
class Said:
    """A message reduced to what finding the turn needs."""

    role: str
    text: str


def prompt(turns: Sequence[Sequence[dict[str, Any]]], say: str = "Please play this.") -> str:
    """A prompt that leads a fake model through `turns`."""
    return f"{say} {MARK}{json.dumps(turns, ensure_ascii=False)}"


def find_turn(messages: Iterable[Said]) -> Turn:
    """The turn to play next. Raises ValueError for a script that cannot be read."""
    script, position = "", 0
    for message in messages:
        if message.role == "user" and MARK in message.text:
            script, position = message.text.split(MARK, 1)[1], 0
        elif message.role == "assistant":
            position += 1
    if not script:
        return Turn((Text("Done."),))
    turns, _ = json.JSONDecoder().raw_decode(script)
    return _turn(turns[position], f"{script}#{position}") if position < len(turns) else Turn((Text("Done."),))


def wants_title(messages: Sequence[Said]) -> bool:
    """Whether this is the client's request for a title, which quotes the prompt: the script in it is not to be played."""
    last = messages[-1].text if messages else ""
    return SESSION in last.split(MARK, 1)[0]


def filled_schema(schema: dict[str, Any]) -> Any:
    """A value that fits the JSON schema, with every property of an object in it."""
    match schema.get("type"):
        case "object":
            return {name: filled_schema(part) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [filled_schema(schema.get("items", {}))]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case _:
            return schema["enum"][0] if schema.get("enum") else "A fitting word"


def _turn(steps: list[dict[str, Any]], seed: str) -> Turn:
    finish = next((step["finish"] for step in steps if "finish" in step), "")
    said = (_step(step, f"{seed}#{place}") for place, step in enumerate(steps) if "finish" not in step)
    return Turn(tuple(said), finish)


def _step(step: dict[str, Any], seed: str) -> Step:
    match step:
        case {"text": str(text)}:
            return Text(text)
        case {"thinking": str(text)}:
            return Thinking(text)
        case {"tool": str(name), "arguments": str(arguments)}:
            return Tool(name, arguments, _key(seed))
        case {"tool": str(name)}:
            return Tool(name, json.dumps(step.get("input", {}), ensure_ascii=False), _key(seed))
        case _:
            raise ValueError(f"no such step: {step}")


def _key(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:22]
