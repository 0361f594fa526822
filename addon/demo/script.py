"""What the demo's model says, decided by nothing but the conversation it is given, as a real model would have to.

It looks where it is, writes a note there, reads it back and reports: three rounds of tools, the first two with parallel
calls. It uses only what it is offered, under whatever name and arguments Claude Code gives these tools.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

NOTE: Final = "ccr-demo.txt"
NOTE_TEXT: Final = "Written by the demo's scripted model, through the router.\n"
TITLE: Final = "Leave a note in a folder"
SUMMARY: Final = "The folder was looked at and a note was left in it."

type Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what it thinks, what it says, and the tools it calls, all at once."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is read of a chat-completions request. `results` are the tools' answers since the last prompt, in order."""

    tools: frozenset[str]
    wants_json: bool
    wants_title: bool
    rounds: int
    results: tuple[str, ...] = field(default=())


def read(body: dict[str, Any]) -> Conversation:
    """Reads the body of a chat-completions request. Anything that is not as expected counts as absent."""
    messages = [message for message in body.get("messages") or [] if isinstance(message, dict)]
    turn = _since_prompt(messages)
    form = body.get("response_format")
    prompt = " ".join(_text(message) for message in messages[:2]).lower()
    return Conversation(
        tools=frozenset(_tool_names(body)),
        wants_json=isinstance(form, dict) and form.get("type") in ("json_schema", "json_object"),
        wants_title="title" in json.dumps(form) or "title" in prompt[:2000],
        rounds=sum(bool(message.get("tool_calls")) for message in turn),
        results=tuple(_text(message) for message in turn if message.get("role") == "tool"),
    )


def answer(conversation: Conversation) -> Answer:
    """The next thing to say."""
    if not conversation.tools:
        return Answer(_without_tools(conversation))
    rounds = (_look, _write, _read_back)
    if conversation.rounds < len(rounds):
        step = rounds[conversation.rounds](conversation)
        if step.calls:
            return step
    return Answer(_report(conversation))


def _without_tools(conversation: Conversation) -> str:
    if conversation.wants_title:
        return json.dumps({"title": TITLE}) if conversation.wants_json else TITLE
    return json.dumps({"summary": SUMMARY}) if conversation.wants_json else SUMMARY


def _look(conversation: Conversation) -> Answer:
    calls = (
        Call("Bash", {"command": "pwd", "description": "Show the current folder"}),
        Call("Bash", {"command": "ls", "description": "List the files of the folder"}),
    )
    return Answer(
        "I'll look at the folder first.",
        "I am a script: first I ask where I am and what is here, in two calls at once.",
        _offered(calls, conversation),
    )


def _write(conversation: Conversation) -> Answer:
    folder = _folder(conversation)
    if not folder:
        return Answer()
    calls = (
        Call("Write", {"file_path": f"{folder}/{NOTE}", "content": NOTE_TEXT}),
        Call("Bash", {"command": "ls -a", "description": "List all files of the folder"}),
    )
    return Answer(f"Now I'll leave a note in {folder}.", "The first result is the folder's path.", _offered(calls, conversation))


def _read_back(conversation: Conversation) -> Answer:
    folder = _folder(conversation)
    if not folder:
        return Answer()
    return Answer("Let me check it.", "", _offered((Call("Read", {"file_path": f"{folder}/{NOTE}"}),), conversation))


def _report(conversation: Conversation) -> str:
    if not conversation.results:
        return "I am the demo's scripted model, and none of the tools I know is offered to me."
    if NOTE_TEXT.strip() in conversation.results[-1]:
        return f"Done: {NOTE} is there and holds what I wrote. (I am the demo's scripted model, not a real one.)"
    return f"I could not leave a note. The last tool said: {conversation.results[-1][:200]}"


def _offered(calls: tuple[Call, ...], conversation: Conversation) -> tuple[Call, ...]:
    return tuple(call for call in calls if call.name in conversation.tools)


def _folder(conversation: Conversation) -> str:
    """The path that `pwd` answered with; "" if it never did."""
    for result in conversation.results:
        first = result.strip().partition("\n")[0].strip()
        if first.startswith("/"):
            return first.rstrip("/")
    return ""


def _since_prompt(messages: list[Message]) -> list[Message]:
    """What follows the last prompt. Reminders, which are user messages too, do not begin a new turn once a tool was called."""
    start = 0
    for index, message in enumerate(messages):
        text = _text(message).lstrip()
        if message.get("role") == "user" and text and not text.startswith("<system-reminder>"):
            start = index
    return messages[start:]


def _tool_names(body: dict[str, Any]) -> list[str]:
    tools = body.get("tools")
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    return [str(function.get("name")) for function in functions if isinstance(function, dict)]


def _text(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
