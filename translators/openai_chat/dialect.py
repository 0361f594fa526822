"""The chat-completions dialect: its parts, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from translators.contract import Dialect, Reader, Request, Target, WireRequest
from translators.errors import Fault
from translators.events import Event
from translators.openai_chat import errors, request, response
from translators.openai_chat.stream import ChatReader


class OpenAIChat:
    """OpenAI's chat completions and the servers that speak them."""

    name = "openai-chat"

    def encode(self, request_: Request, target: Target) -> WireRequest:
        return request.encode(request_, target)

    def reader(self, target: Target, wire: WireRequest) -> Reader:
        return ChatReader(target, wire)

    def decode(self, body: bytes, target: Target, wire: WireRequest) -> Iterator[Event]:
        return response.decode(body, target, wire)

    def fault(
        self, status: int, headers: Mapping[str, str], body: bytes, target: Target, *, estimate: int | None = None
    ) -> Fault:
        return errors.fault(status, headers, body, target, estimate=estimate)


OPENAI_CHAT: Dialect = OpenAIChat()
