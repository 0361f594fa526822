"""One request to one model, by the router's own translators: what is proven here is what the router does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic_core import from_json, to_json

from addon.config.settings import Provider
from addon.models.reach import Trouble, explained, open_client
from translators.anthropic.assemble import Assembler
from translators.contract import JsonObject, Reply, Request, Target, WireRequest
from translators.errors import BadAnswer, BadRequest, Fault, FaultKind
from translators.outcome import Outcome
from translators.redact import redact
from translators.registry import AnyExchange, dialect_of, open_answer
from translators.sse import Decoder
from translators.tokens import estimate

# What Claude Code sends: third parties are told the betas that change what may stand in the body.
_CLIENT_HEADERS = {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "interleaved-thinking-2025-05-14,effort-2025-11-24",
}
MAX_ERROR_BYTES = 1024 * 1024


@dataclass(slots=True)
class Answer:
    """`message` is the whole Anthropic message that the client would have; {} where it failed. `deltas`: in how many pieces.

    Times are seconds since `started`, the request; `first` is None where nothing came. `said` are the provider's words on a
    failure, without secrets, and `hint` what to do.
    """

    message: JsonObject = field(default_factory=dict)
    fault: Fault | None = None
    said: str = ""
    hint: str = ""
    deltas: int = 0
    first: float | None = None
    seconds: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)
    started: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        return "".join(str(block.get("text", "")) for block in self.blocks("text"))

    def blocks(self, kind: str) -> list[JsonObject]:
        return [block for block in self.message.get("content", []) if block.get("type") == kind]


def ask(provider: Provider, model: str, body: JsonObject, key: str = "", seconds: float = 120.0) -> Answer:
    """Sends a Messages request once, without retry or fallback; `seconds` limit each wait.

    Never raises for what the provider does.
    """
    body = {**body, "model": f"{provider.name},{model}"}
    target = provider.target(model)
    answer = Answer()
    try:
        wire = dialect_of(provider.dialect).encode(Request(to_json(body), body, dict(_CLIENT_HEADERS)), target)
        reply = Reply("msg_probe", str(body["model"]), body.get("stream") is True, estimate(body))
        with open_client(provider, seconds) as client:
            _send(client, _Call(provider, target, wire, reply, provider.credential_header(key)), answer)
    except BadRequest as error:
        answer.fault, answer.said = Fault("request", "invalid_request_error", 400, str(error)), str(error)
    except Trouble as trouble:
        kind: FaultKind = "timeout" if trouble.kind == "timeout" else "network"
        answer.fault, answer.said, answer.hint = Fault(kind, "api_error", 502, str(trouble)), str(trouble), trouble.hint
    answer.seconds = time.monotonic() - answer.started
    answer.said = redact(" ".join(answer.said.split()), [secret for secret in (key, *provider.keys) if secret])
    return answer


@dataclass(frozen=True, slots=True)
class _Call:
    """One request that is ready to be sent."""

    provider: Provider
    target: Target
    wire: WireRequest
    reply: Reply
    credential: Mapping[str, str] = field(repr=False)


def _send(client: httpx2.Client, call: _Call, answer: Answer) -> None:
    headers = {**call.wire.headers, **call.target.headers, **call.credential}
    exchange = open_answer(call.provider.dialect, call.target, call.wire, call.reply)
    try:
        with client.stream("POST", call.wire.url, headers=headers, content=call.wire.body) as response:
            if response.status_code == 200:
                _read(response, exchange, call.reply.streams, answer)
                return
            dialect, content = dialect_of(call.provider.dialect), _error_body(response)
            answer.fault = dialect.fault(response.status_code, dict(response.headers), content, call.target)
            answer.said = answer.fault.message
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
        raise explained(error, call.wire.url, call.provider) from None


def _error_body(response: httpx2.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MAX_ERROR_BYTES:
            break
    return bytes(body)


def _read(response: httpx2.Response, exchange: AnyExchange, streams: bool, answer: Answer) -> None:
    if streams:
        _assemble(_given(response, exchange), answer)
    else:
        whole = exchange.whole(response.read())
        answer.first = time.monotonic() - answer.started
        answer.message = from_json(whole) if whole else {}
    answer.outcome, answer.fault = exchange.outcome, exchange.outcome.fault or answer.fault
    if answer.fault is None and exchange.outcome.empty:
        answer.fault = Fault("empty", "api_error", 502, "the answer is empty")
    answer.said = answer.fault.message if answer.fault else ""
    if answer.fault is not None:
        answer.message = {}


def _given(response: httpx2.Response, exchange: AnyExchange) -> Iterator[bytes]:
    """What the client is given, piece by piece."""
    for piece in response.iter_bytes():
        yield from exchange.feed(piece)
    yield from exchange.close()


def _assemble(pieces: Iterator[bytes], answer: Answer) -> None:
    decoder, assembler = Decoder(), Assembler()
    for piece in pieces:
        for frame in decoder.feed(piece):
            event: Any = from_json(frame.data)
            if event.get("type") == "content_block_delta":
                answer.deltas += 1
                answer.first = answer.first if answer.first is not None else time.monotonic() - answer.started
            try:
                assembler.add(event)
            except BadAnswer as error:
                answer.fault = Fault("server", "api_error", 502, str(error))
    answer.message = assembler.message
