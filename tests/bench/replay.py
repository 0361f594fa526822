"""What the replay lab adds to the provider's own time: `python -m tests.bench.replay [--requests N] [--seconds S] …`.

Recorded requests of the real client, about 90 KB each, are replayed against a provider that takes a fixed time for each. Its own
time is that time, for as many rounds as the requests need at that concurrency. The goal: at most 25 % more than that.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitmproxy.http import Headers, HTTPFlow, Request, Response
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from rich.console import Console
from rich.table import Table

from addon.current import Current
from addon.lab.asking import Lab, contestants
from addon.lab.results import Results, path_beside
from addon.recordings import recording
from addon.recordings.exchange import Answer
from tests.bench.overhead import CAPTURE, started
from tests.support.router import ROOT

GOAL = 25.0
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-8",
    "content": [{"type": "text", "text": "Done."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 20000, "output_tokens": 20},
}


_JSON = Headers(content_type="application/json")


@dataclass(frozen=True, slots=True)
class Measure:
    """Seconds."""

    requests: int
    providers: float
    measured: float

    @property
    def overhead(self) -> float:
        """In percent of the provider's own time."""
        return (self.measured / self.providers - 1) * 100


class Silent:
    def begin(self, pairs: int, known: int) -> None: ...
    def heard(self, model: str, answer: Answer, spent: float) -> None: ...


def measure(requests: int, concurrency: int, seconds: float) -> Measure:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"http://{started(stack, [sys.executable, '-m', 'tests.bench.slow', str(seconds), '50'], ROOT)}/v1"
        (folder / "config.json").write_text(json.dumps(_config(url)), encoding="utf-8")
        _record(folder / "rec.flows", requests)
        took = asyncio.run(_replayed(folder, concurrency))
    return Measure(requests, math.ceil(requests / concurrency) * seconds, took)


def _config(url: str) -> dict[str, Any]:
    provider = {"name": "slow", "base_url": url, "api_key": "sk-slow", "models": ["canned"]}
    return {"providers": [provider], "router": {"default": "slow,canned"}}


def _record(path: Path, requests: int) -> None:
    """As plain mitmproxy captures them."""
    capture: Mapping[str, Any] = json.loads(CAPTURE.read_text(encoding="utf-8"))
    body = json.dumps(capture["body"], ensure_ascii=False).encode()
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for _ in range(requests):
            flow: HTTPFlow = tflow.tflow()
            flow.request = Request.make("POST", "https://api.anthropic.com/v1/messages", body, _JSON)
            flow.response = Response.make(200, json.dumps(ANSWER), _JSON)
            writer.add(flow)


async def _replayed(folder: Path, concurrency: int) -> float:
    current = Current()
    settings = current.load(str(folder / "config.json"))
    found = recording.read(folder / "rec.flows")
    with Results(path_beside(folder / "rec.flows")) as results:
        run = await Lab(found, contestants(["slow,canned"], settings), results).run(current, Silent(), concurrency)
    failed = [answer for answer in run.answers.values() if answer.error]
    if failed or run.asked != len(found.exchanges):
        raise RuntimeError(f"{len(failed)} of {run.asked} failed: {failed[:1]}")
    return run.seconds


def report(measured: Measure) -> Table:
    table = Table("requests", "provider's own time", "replayed in", "overhead", title="seconds")
    table.add_row(
        str(measured.requests),
        f"{measured.providers:.2f}",
        f"{measured.measured:.2f}",
        f"{measured.overhead:+.1f} % (goal: {GOAL:g} %)",
    )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="recorded requests")
    parser.add_argument("--concurrency", type=int, default=8, help="requests at once")
    parser.add_argument("--seconds", type=float, default=1.0, help="what the provider takes for an answer")
    options = parser.parse_args()
    Console().print(report(measure(options.requests, options.concurrency, options.seconds)))


if __name__ == "__main__":
    main()
