"""A strict chat-completions provider: it lists its models to those with its key, says what time it is, and calls tools."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Sequence
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

NUMBER = "48213"
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}


class Provider:
    """A context manager. `skew` is added to its clock, in seconds. `asked` are the methods and paths of its requests.

    Models in `toolless` are shown tools and only talk. `more` says that its list has a further page, which it never gives.
    """

    def __init__(self, key: str, models: Sequence[str] = ("acme-large", "acme-small"), tls: ssl.SSLContext | None = None) -> None:
        self.key, self.models = key, list(models)
        self.toolless: set[str] = set()
        self.skew = 0.0
        self.lists_models = True
        self.more = False
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that does not trust it hangs up
        scheme = "https" if tls else "http"
        self.port = int(self._server.server_address[1])
        self.url = f"{scheme}://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, shown: str, body: dict[str, Any]) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if shown != f"Bearer {self.key}":
            return 401, {"error": {"message": f"Incorrect API key provided: {shown.removeprefix('Bearer ')}"}}
        if (method, path) == ("GET", "/v1/models") and self.lists_models:
            return 200, {
                "object": "list",
                "has_more": self.more,
                "data": [{"id": name, "object": "model"} for name in self.models],
            }
        if (method, path) != ("POST", "/v1/chat/completions"):
            return 404, {"error": {"message": "there is no such page"}}
        if body["model"] not in self.models:
            return 404, {"error": {"message": f"The model {body['model']} does not exist"}}
        return 200, self._said(body)

    def _said(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["messages"][-1]["role"] == "tool":
            return {"content": f"The number is {NUMBER}."}
        if body.get("tools") and body["model"] not in self.toolless:
            return {"content": None, "tool_calls": [CALL]}
        return {"content": "The weather is fine."}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._do("GET", {})

            def do_POST(self) -> None:
                self._do("POST", json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def _do(self, method: str, body: dict[str, Any]) -> None:
                status, value = provider.answer(method, self.path.partition("?")[0], self.headers.get("authorization", ""), body)
                streams = status == 200 and bool(body.get("stream"))
                content = (
                    _stream(value)
                    if streams
                    else json.dumps(_whole(value) if method == "POST" and status == 200 else value).encode()
                )
                self.send_response(status)
                self.send_header("content-type", "text/event-stream" if streams else "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def date_time_string(self, timestamp: float | None = None) -> str:
                import time

                return formatdate((timestamp or time.time()) + provider.skew, usegmt=True)

            def log_message(self, *_: Any) -> None:
                """It is quiet."""

        return Handler


def _whole(message: dict[str, Any]) -> dict[str, Any]:
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return {
        "id": "c",
        "object": "chat.completion",
        "model": "m",
        "choices": [choice],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3},
    }


def _stream(message: dict[str, Any]) -> bytes:
    delta = {"role": "assistant", **message}
    if calls := message.get("tool_calls"):
        delta["tool_calls"] = [{"index": 0, **calls[0]}]
    finish = "tool_calls" if calls else "stop"
    chunks: list[Any] = [
        {
            "id": "c",
            "object": "chat.completion.chunk",
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        },
        {
            "id": "c",
            "object": "chat.completion.chunk",
            "model": "m",
            "choices": [{"index": 0, "delta": {}, "finish_reason": finish}],
        },
        {"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}},
    ]
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
