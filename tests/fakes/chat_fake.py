"""A fake chat-completions provider, strict as the strictest: plays scripts, refuses what a strict server refuses, notices leaks.

`python -m tests.fakes.chat_fake --port 0` runs it alone.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.fakes.chat_rules import Strictness, complaints, leaks
from tests.fakes.chat_stream import Completion, Style, stream, usage, whole
from tests.fakes.fake import Fake, Seen, arguments, run_forever
from tests.fakes.http import Answer
from tests.fakes.script import Said, Text, Turn, filled_schema, find_turn, wants_title

KEY = "sk-fake-provider-key"
JSON_SHAPE = {"type": "object", "properties": {"title": {"type": "string"}}}


class ChatFake(Fake):
    """`key` is the provider's own key; none of `secrets` may ever arrive.

    `styles` change the style for single models. `sdk_headers` lets the `x-stainless-*` headers of OpenAI's own SDK
    pass, which are named as those of Anthropic's are.
    """

    def __init__(
        self,
        *,
        key: str = KEY,
        secrets: Sequence[str] = (),
        style: Style | None = None,
        strict: Strictness | None = None,
        sdk_headers: bool = False,
        port: int = 0,
        delay: float = 0.0,
        chunk: int = 12,
    ) -> None:
        super().__init__(port=port, delay=delay, chunk=chunk)
        self.key, self.secrets = key, tuple(secrets)
        self.style, self.strict = style or Style(), strict or Strictness()
        self.sdk_headers = sdk_headers
        self.styles: dict[str, Style] = {}
        self._numbers = itertools.count(1)

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def asked(self, model: str = "") -> list[Seen]:
        """The completions asked for, of one model if given."""
        return [seen for seen in self.seen if seen.request.path == "/v1/chat/completions" and model in ("", seen.model)]

    async def answer(self, seen: Seen) -> Answer:
        request = seen.request
        headers = [item for item in request.headers if not (self.sdk_headers and item[0].startswith("x-stainless-"))]
        seen.leaks += leaks(headers, request.target, request.body, self.secrets)
        if request.header("authorization") != f"Bearer {self.key}":
            return error(401, "Incorrect API key provided.", "invalid_api_key")
        match request.method, request.path:
            case "GET", "/v1/models":
                row = {"id": "fake-model", "object": "model", "created": 1_760_000_000, "owned_by": "fake"}
                return Answer(200, {"content-type": "application/json"}, json.dumps({"object": "list", "data": [row]}).encode())
            case "POST", "/v1/chat/completions":
                return self._completion(seen)
            case _:
                return error(404, f"Invalid URL ({request.method} {request.path})", "unknown_url")

    def _completion(self, seen: Seen) -> Answer:
        if not seen.request.header("content-type").startswith("application/json"):
            seen.complaints.append("content-type: must be application/json")
        seen.complaints += complaints(seen.body, self.strict)
        if seen.complaints or seen.leaks:
            return error(400, "; ".join(seen.complaints + seen.leaks), "invalid_request")
        try:
            turn = turn_for(seen.body)
        except ValueError as unreadable:
            return error(400, f"the script cannot be read: {unreadable}", "invalid_request")
        number = next(self._numbers)
        answer = Completion(f"chatcmpl-{number}", seen.model, turn, usage(max(1, len(seen.request.body) // 4), turn))
        return self._send(seen, answer, {"x-request-id": f"req-{number}"})

    def _send(self, seen: Seen, answer: Completion, headers: dict[str, str]) -> Answer:
        style, fault = self.styles.get(seen.model, self.style), self.take_fault(seen.model)
        if not seen.body.get("stream"):
            return self.send([json.dumps(whole(answer, style)).encode()], "application/json", fault, headers)
        if style.usage == "after" and not seen.body.get("stream_options", {}).get("include_usage"):
            style = dataclasses.replace(style, usage="never")
        return self.send(stream(answer, style, self.chunk), "text/event-stream", fault, headers)


def error(status: int, text: str, code: str) -> Answer:
    body = {"error": {"message": text, "type": "invalid_request_error", "param": None, "code": code}}
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())


def turn_for(body: dict[str, Any]) -> Turn:
    """What the model says to a request that was found to be without fault."""
    match body.get("response_format"):
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            return Turn((Text(json.dumps(filled_schema(schema))),))
        case {"type": "json_object"}:
            return Turn((Text(json.dumps(filled_schema(JSON_SHAPE))),))
        case _:
            said = list(_said(body["messages"]))
            # A router may have put the demanded form into words, for a server that takes no `response_format`.
            return Turn((Text(json.dumps(filled_schema(JSON_SHAPE))),)) if wants_title(said) else find_turn(said)


def _said(messages: list[dict[str, Any]]) -> Iterator[Said]:
    for message in messages:
        content = message.get("content") or ""
        parts = [{"text": content}] if isinstance(content, str) else content
        yield Said(message["role"], "\n".join(part.get("text", "") for part in parts))


def main() -> None:
    options = arguments("A strict fake chat-completions provider that plays scripts.").parse_args()
    run_forever(ChatFake(port=options.port, delay=options.delay, chunk=options.chunk))


if __name__ == "__main__":
    main()
