"""A fake Anthropic: plays scripts in the Messages protocol, streamed and whole.

`python -m tests.fakes.anthropic_fake --port 0` runs it alone.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.anthropic_messages import message, search_message, searched_for, stream
from tests.fakes.anthropic_rules import blocks_of, complaints
from tests.fakes.fake import Fake, Seen, arguments, run_forever
from tests.fakes.http import Answer
from tests.fakes.script import Said, Text, Turn, filled_schema, find_turn

MODELS = ("claude-opus-4-8", "claude-sonnet-4-5", "claude-haiku-4-5-20251001")
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class AnthropicFake(Fake):
    """`key` is the only credential taken, as `x-api-key` or as a bearer; "" takes any."""

    def __init__(self, *, key: str = "", port: int = 0, delay: float = 0.0, chunk: int = 12) -> None:
        super().__init__(port=port, delay=delay, chunk=chunk)
        self.key = key
        self._numbers = itertools.count(1)

    async def answer(self, seen: Seen) -> Answer:
        request = seen.request
        if request.method in ("HEAD", "GET") and request.path == "/":
            return Answer(200)
        if not self._may_enter(seen):
            return self._error(401, "invalid x-api-key")
        match request.method, request.path:
            case "GET", path if path.startswith("/v1/models"):
                return self._models(path)
            case "POST", "/v1/messages/count_tokens":
                return self._count(seen)
            case "POST", "/v1/messages":
                return self._messages(seen)
            case _:
                return self._error(404, f"no such path: {request.path}")

    def _may_enter(self, seen: Seen) -> bool:
        request = seen.request
        given = request.header("x-api-key") or request.header("authorization").removeprefix("Bearer ")
        return given == self.key if self.key else bool(given)

    def _messages(self, seen: Seen) -> Answer:
        seen.complaints += complaints(dict(seen.request.headers), seen.body)
        if isinstance(seen.body, dict) and "max_tokens" not in seen.body:
            seen.complaints.append("max_tokens: Field required")
        if seen.complaints:
            return self._error(400, "; ".join(seen.complaints))
        identity = f"{next(self._numbers):024d}"
        try:
            whole = answer_to(seen.body, identity)
        except ValueError as unreadable:
            return self._error(400, f"the script cannot be read: {unreadable}")
        fault = self.take_fault(seen.model)
        headers = {"request-id": f"req_{identity}"}
        if seen.body.get("stream"):
            return self.send(stream(whole, self.chunk), "text/event-stream", fault, headers)
        return self.send([json.dumps(whole).encode()], "application/json", fault, headers)

    def _count(self, seen: Seen) -> Answer:
        seen.complaints += complaints(dict(seen.request.headers), seen.body)
        if seen.complaints:
            return self._error(400, "; ".join(seen.complaints))
        return self._json({"input_tokens": estimate(seen.body)})

    def _models(self, path: str) -> Answer:
        rows = [{"type": "model", "id": name, "display_name": name, "created_at": "2025-01-01T00:00:00Z"} for name in MODELS]
        wanted = path.removeprefix("/v1/models").strip("/")
        if wanted:
            row = next((row for row in rows if row["id"] == wanted), None)
            return self._json(row) if row else self._error(404, f"model: {wanted}")
        return self._json({"data": rows, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})

    def _json(self, body: Any) -> Answer:
        return Answer(200, {"content-type": "application/json"}, json.dumps(body).encode())

    def _error(self, status: int, text: str) -> Answer:
        body = {"type": "error", "error": {"type": ERROR_TYPES[status], "message": text}, "request_id": "req_fake"}
        return Answer(status, {"content-type": "application/json", "request-id": "req_fake"}, json.dumps(body).encode())


def answer_to(body: dict[str, Any], identity: str) -> dict[str, Any]:
    """The whole message that answers a Messages request."""
    model, tokens = body["model"], estimate(body)
    schema = schema_of(body)
    if schema:
        return message(Turn((Text(json.dumps(filled_schema(schema))),)), model, identity, tokens)
    said = list(_said(body))
    query = searched_for(said[-1].text)
    if query and any(re.match(r"web_search_\d+", tool.get("type", "")) for tool in body.get("tools", [])):
        return search_message(query, model, identity, tokens)
    return message(find_turn(said), model, identity, tokens)


def schema_of(body: dict[str, Any]) -> dict[str, Any]:
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return dict(wanted.get("schema") or {})


def estimate(body: dict[str, Any]) -> int:
    """Tokens at four characters each; streamed or not makes no difference."""
    counted = {field: value for field, value in body.items() if field != "stream"}
    return max(1, len(json.dumps(counted)) // 4)


def _said(body: dict[str, Any]) -> Iterator[Said]:
    for each in body["messages"]:
        yield Said(each["role"], "\n".join(block.get("text", "") for block in blocks_of(each, "text")))


def main() -> None:
    options = arguments("A fake Anthropic that plays scripts.").parse_args()
    run_forever(AnthropicFake(port=options.port, delay=options.delay, chunk=options.chunk))


if __name__ == "__main__":
    main()
