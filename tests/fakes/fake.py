"""What both fakes share: recording, faults on demand, running in a thread or as a program."""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tests.fakes.http import Answer, Cut, HttpRequest, Server


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one answer.

    `status` answers with that status, `headers` and `body`; `cut` and `hang` let `after` pieces of the answer through first
    (0: not even a status line, unless `head`); `error` sends `body` as the next event after `after` pieces and ends there.
    """

    kind: Literal["status", "cut", "hang", "error"]
    status: int = 500
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after: int = 0
    head: bool = False


@dataclass(slots=True)
class Seen:
    """One request as the fake got it, and how it ended. `complaints` say what a strict server refuses in it."""

    request: HttpRequest
    body: Any
    complaints: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def model(self) -> str:
        return str(self.body.get("model", "")) if isinstance(self.body, dict) else ""

    @property
    def status(self) -> int:
        return self.answer.status if self.answer else 0

    @property
    def ended(self) -> str:
        """`whole`, `cut` or `client gone`; "" while the answer is under way."""
        return self.answer.ended if self.answer else ""


class Fake(ABC):
    """A server that plays scripts. `seen` holds every request; `faults` are used up one per model request, in order."""

    def __init__(self, *, port: int = 0, delay: float = 0.0, chunk: int = 12) -> None:
        self.delay, self.chunk = delay, chunk
        self.seen: list[Seen] = []
        self.faults: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()
        self.server = Server(self.handle, port=port)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def complaints(self) -> list[str]:
        return [each for seen in self.seen for each in seen.complaints + seen.leaks]

    def fail(self, fault: Fault, *, model: str = "", times: int = 1) -> None:
        """Let the next `times` requests (for `model`, if given) fail like this."""
        with self._lock:
            self.faults += [(model, fault)] * times

    def reset(self) -> None:
        with self._lock:
            self.seen.clear()
            self.faults.clear()

    def wait_until(self, holds: Callable[[], bool], seconds: float = 5.0) -> None:
        """Raises AssertionError when `holds` does not come true in time: what the server notices, it notices a little later."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, [(seen.request.target, seen.status, seen.ended) for seen in self.seen]
            time.sleep(0.01)

    def start(self) -> Self:
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def handle(self, request: HttpRequest) -> Answer:
        seen = Seen(request, parse(request.body))
        with self._lock:
            self.seen.append(seen)
        seen.answer = await self.answer(seen)
        return seen.answer

    @abstractmethod
    async def answer(self, seen: Seen) -> Answer:
        """The answer to one request; fills in the complaints and leaks of `seen`."""

    def take_fault(self, model: str) -> Fault | None:
        with self._lock:
            place = next((at for at, (wanted, _) in enumerate(self.faults) if wanted in ("", model)), None)
            return None if place is None else self.faults.pop(place)[1]

    def send(self, pieces: Iterable[bytes], content_type: str, fault: Fault | None, headers: Mapping[str, str]) -> Answer:
        """The pieces of an answer, spoilt by `fault`."""
        head = {"content-type": content_type, **headers}
        if fault and fault.kind == "status":
            return Answer(fault.status, {"content-type": "application/json", **headers, **fault.headers}, fault.body)
        if fault or content_type == "text/event-stream":
            return Answer(200, head, self._pieces(pieces, fault))
        return Answer(200, head, b"".join(pieces))

    async def _pieces(self, pieces: Iterable[bytes], fault: Fault | None) -> AsyncIterator[bytes]:
        if fault and fault.head:
            yield b""
        for position, piece in enumerate(pieces):
            if fault and position == fault.after:
                break
            if self.delay:
                await asyncio.sleep(self.delay)
            yield piece
        match fault.kind if fault else "":
            case "hang":
                await asyncio.Event().wait()
            case "cut":
                raise Cut
            case "error":
                yield fault.body if fault else b""


def parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def run_forever(fake: Fake) -> None:
    """Serve until interrupted; says where on the first line."""
    with fake:
        print(f"listening at {fake.url}", flush=True)  # noqa: T201 - the caller reads the port from here
        threading.Event().wait()


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each piece of a stream")
    parser.add_argument("--chunk", type=int, default=12, help="characters in each piece of a text")
    return parser
