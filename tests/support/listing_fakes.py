"""Fake providers with a list of models, whose models do what the probes ask of them: as much of it as a test lets them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.fakes.anthropic_fake import AnthropicFake
from tests.fakes.chat_fake import ChatFake, error
from tests.fakes.fake import Seen
from tests.fakes.http import Answer
from tests.fakes.script import MARK

ALL_SKILLS = frozenset({"tools", "parallel", "results", "images", "thinking", "memory"})
MEMORY = re.compile(r"Remember this number: (\d+)")


class ListingChat(ChatFake):
    """`rows` are its list of models; `public` shows it without a key. `extra` answers further paths.

    A model of its list is asked, any other one is unknown. `skills` are what its models can do.
    """

    def __init__(
        self, rows: Sequence[Mapping[str, Any]], *, public: bool = False, skills: frozenset[str] = ALL_SKILLS, **more: Any
    ) -> None:
        super().__init__(**more)
        self.rows, self.public, self.skills = [dict(row) for row in rows], public, skills
        self.extra: dict[str, Callable[[Seen], Answer]] = {}

    async def answer(self, seen: Seen) -> Answer:
        request = seen.request
        if request.path in self.extra:
            return self.extra[request.path](seen)
        if (request.method, request.path) == ("GET", "/v1/models"):
            if not self.public and request.header("authorization") != f"Bearer {self.key}":
                return error(401, f"Incorrect API key provided: {request.header('authorization')[7:]}.", "invalid_api_key")
            return json_answer({"object": "list", "data": self.rows})
        if seen.model and seen.model not in {row["id"] for row in self.rows}:
            return error(404, f"The model `{seen.model}` does not exist", "model_not_found")
        return await super().answer(seen)

    def _completion(self, seen: Seen) -> Answer:
        _play(seen.body, self.skills)
        return super()._completion(seen)


class ListingAnthropic(AnthropicFake):
    """Lists `models`, `page` at a time whatever is asked for."""

    def __init__(self, models: Sequence[str], *, page: int = 2, skills: frozenset[str] = ALL_SKILLS, **more: Any) -> None:
        super().__init__(**more)
        self.models, self.page, self.skills = list(models), page, skills

    async def answer(self, seen: Seen) -> Answer:
        if (seen.request.method, seen.request.path) == ("GET", "/v1/models") and self._may_enter(seen):
            after = seen.request.query.get("after_id", [""])[0]
            start = self.models.index(after) + 1 if after else 0
            names = self.models[start : start + self.page]
            rows = [{"type": "model", "id": name, "display_name": name, "max_input_tokens": 200_000} for name in names]
            more = start + self.page < len(self.models)
            return json_answer({"data": rows, "has_more": more, "first_id": names[0], "last_id": names[-1]})
        return await super().answer(seen)

    def _messages(self, seen: Seen) -> Answer:
        _play(seen.body, self.skills)
        return super()._messages(seen)


def json_answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())


def _play(body: Any, skills: frozenset[str]) -> None:
    """Writes into the conversation what the model shall say next: the fakes play scripts that stand in the prompt."""
    messages = body["messages"]
    first = next(message for message in messages if message["role"] == "user")
    asked = "\n".join(_texts(message) for message in messages)
    if MARK in asked:
        return
    turns = sum(message["role"] == "assistant" for message in messages)
    script = f"{MARK}{json.dumps([[]] * turns + [_steps(body, asked, skills)])}"
    if isinstance(first["content"], str):
        first["content"] += script
    else:
        first["content"] = [*first["content"], {"type": "text", "text": script}]


def _steps(body: Mapping[str, Any], asked: str, skills: frozenset[str]) -> list[dict[str, Any]]:
    thought = [{"thinking": "The ball costs x, the bat x + 1 …"}] if "Think first" in asked and "thinking" in skills else []
    if number := re.search(r"station's number is (\d+)", asked):
        return [{"text": f"It is {number[1]}." if "results" in skills else "I do not know."}]
    if body.get("tools"):
        cities = ["Paris", "Tokyo"] if "both cities" in asked and "parallel" in skills else ["Paris"]
        calls = [{"tool": "get_weather", "input": {"city": city}} for city in cities]
        return calls if "tools" in skills else [{"text": "I would look out of the window."}]
    if found := MEMORY.search(asked):
        return [{"text": found[1] if "memory" in skills else "Which number?"}]
    if "Which colour" in asked:
        seen = "images" in skills and ("image_url" in json.dumps(body["messages"]) or '"image"' in json.dumps(body["messages"]))
        return [{"text": "Red." if seen else "I see nothing."}]
    return [*thought, {"text": "one, two, three, four, five, six, seven, eight"}]


def _texts(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(_text(part) for part in content)


def _text(part: Mapping[str, Any]) -> str:
    told = part.get("text") or part.get("content") or ""
    return told if isinstance(told, str) else "\n".join(_text(each) for each in told)
