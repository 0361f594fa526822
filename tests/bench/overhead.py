"""What the router adds to a request: `python -m tests.bench.overhead [--requests N] [--chunks N]`.

The same provider on loopback is sent the same request of the real client, about 90 KB, three ways in turn: directly, through a
bare mitmdump (a reverse proxy without any addon) and through the router. One request at a time, each way on a connection it
keeps. The goal: the router adds at most twice what bare mitmdump adds.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from tests.support.process import Process
from tests.support.router import MITMDUMP, ROOT, Router

CAPTURE = ROOT / "tests" / "captures" / "main_first_turn.json"
GOAL = 2.0


@dataclass(slots=True)
class Way:
    """One way to the provider, whose answers end with `end`. Times in milliseconds: to the body's first byte, and to its end."""

    name: str
    connection: http.client.HTTPConnection
    end: bytes
    first: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)

    def ask(self, path: str, headers: dict[str, str], body: bytes, *, counted: bool) -> None:
        begun = time.perf_counter()
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read1()
        first = time.perf_counter()
        text += answer.read()
        ended = time.perf_counter()
        if answer.status != 200 or self.end not in text:
            raise RuntimeError(f"{self.name} answered {answer.status}: {text[-500:]!r}")
        if counted:
            self.first.append((first - begun) * 1000)
            self.total.append((ended - begun) * 1000)


def measure(ways: Sequence[Way], requests: int, warm_up: int) -> None:
    """Each way in turn, so that a busy moment of the machine strikes all alike."""
    capture = json.loads(CAPTURE.read_text(encoding="utf-8"))
    kept = ("connection", "accept-encoding")
    headers = {name: value for name, value in capture["headers"].items() if name.lower() not in kept}
    body = json.dumps(capture["body"], ensure_ascii=False, separators=(",", ":")).encode()
    for number in range(warm_up + requests):
        for way in ways:
            way.ask(capture["path"], headers, body, counted=number >= warm_up)


@contextlib.contextmanager
def set_up(chunks: int) -> Iterator[list[Way]]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "router").mkdir()
        provider = started(stack, [sys.executable, "-m", "tests.bench.upstream", str(chunks)], ROOT)
        target = f"http://{provider}"
        bare = started(stack, [*_mitmdump(folder / "bare"), "--mode", f"reverse:{target}@127.0.0.1:0"], folder)
        router = stack.enter_context(Router(_config(target), folder / "router"))
        yield [
            way_to("direct", provider, b"[DONE]"),
            way_to("bare mitmdump", bare, b"[DONE]"),
            way_to("router", urlsplit(router.url).netloc, b"message_stop"),
        ]


def way_to(name: str, address: str, end: bytes) -> Way:
    return Way(name, http.client.HTTPConnection(address, timeout=30), end)


def _mitmdump(confdir: Path) -> list[str]:
    return [str(MITMDUMP), "--set", f"confdir={confdir}", "--set", "connection_strategy=lazy"]


def started(stack: contextlib.ExitStack, command: list[str], cwd: Path) -> str:
    """The address at which the program listens; it is ended with the stack."""
    process = Process(command, cwd)
    stack.callback(process.stop)
    return process.wait_for(re.compile(r"listening at (?:http://)?([0-9.]+:\d+)"))


def _config(target: str) -> dict[str, Any]:
    provider = {"name": "bench", "api_base_url": f"{target}/v1/chat/completions", "api_key": "sk-bench", "models": ["canned"]}
    return {"Providers": [provider], "Router": {"default": "bench,canned"}}


def report(ways: Sequence[Way]) -> Table:
    direct, bare, router = ways
    table = Table("way", "total median", "p95", "first byte median", "p95", "added median", title="milliseconds per request")
    for way in ways:
        added = statistics.median(way.total) - statistics.median(direct.total)
        shown = (statistics.median(way.total), p95(way.total), statistics.median(way.first), p95(way.first), added)
        table.add_row(way.name, *(f"{value:.2f}" for value in shown))
    ratio = _added(router, direct) / _added(bare, direct)
    table.caption = f"the router adds {ratio:.2f} times what bare mitmdump adds (goal: at most {GOAL:g})"
    return table


def _added(way: Way, direct: Way) -> float:
    return statistics.median(way.total) - statistics.median(direct.total)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def run(
    doc: str | None,
    set_up: Callable[[int], contextlib.AbstractContextManager[list[Way]]],
    measure: Callable[[list[Way], int, int], None],
    report: Callable[[list[Way]], Table],
) -> None:
    """What the command line of such a benchmark does."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="requests that count, on each way")
    parser.add_argument("--warm-up", type=int, default=20, help="requests before them")
    parser.add_argument("--chunks", type=int, default=50, help="pieces of text in each streamed answer")
    options = parser.parse_args()
    with set_up(options.chunks) as ways:
        measure(ways, options.requests, options.warm_up)
        Console().print(report(ways))


def main() -> None:
    run(__doc__, set_up, measure, report)


if __name__ == "__main__":
    main()
