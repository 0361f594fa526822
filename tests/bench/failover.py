"""What failover costs: `python -m tests.bench.failover [--requests N] [--chunks N]`.

The same request of the real client, about 90 KB, is sent to three routers in turn: one without any fallback, one with three
fallbacks that are not needed, and one whose first three candidates refuse at once. Every request names another model, so that no
candidate is passed over for what it did before. The goals: fallbacks that are not needed cost at most 5 %, three hops at most
15 ms.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.table import Table

from tests.bench.overhead import CAPTURE, Way, p95, run, started, way_to
from tests.support.router import ROOT, Router

GOAL_HEALTHY, GOAL_HOPS = 5.0, 15.0
REFUSALS = {"limits": 429, "overloads": 503, "breaks": 500}
WORKS = "works"


@contextlib.contextmanager
def set_up(chunks: int) -> Iterator[list[Way]]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {WORKS: [str(chunks)], **{name: ["0", str(status)] for name, status in REFUSALS.items()}}
        urls = {name: _upstream(stack, arguments) for name, arguments in servers.items()}
        rows = {
            "no fallback": [WORKS],
            "three fallbacks, not needed": [WORKS, *REFUSALS],
            "three hops": [*REFUSALS, WORKS],
        }
        ways = []
        for number, (name, row) in enumerate(rows.items()):
            (folder / str(number)).mkdir()
            router = stack.enter_context(Router(_config(urls, row), folder / str(number)))
            ways.append(way_to(name, urlsplit(router.url).netloc, b"message_stop"))
        yield ways


def _upstream(stack: contextlib.ExitStack, arguments: list[str]) -> str:
    return f"http://{started(stack, [sys.executable, '-m', 'tests.bench.upstream', *arguments], ROOT)}/v1"


def _config(urls: dict[str, str], row: list[str]) -> dict[str, Any]:
    providers = [{"name": name, "base_url": urls[name], "api_key": f"sk-{name}"} for name in row]
    default, *others = (f"{name},*" for name in row)
    return {"providers": providers, "router": {"default": default}, "fallback": others}


def measure(ways: Sequence[Way], requests: int, warm_up: int) -> None:
    """Each way in turn, so that a busy moment of the machine strikes all alike."""
    capture = json.loads(CAPTURE.read_text(encoding="utf-8"))
    headers = {name: value for name, value in capture["headers"].items() if name.lower() not in ("connection", "accept-encoding")}
    for number in range(warm_up + requests):
        body = json.dumps(capture["body"] | {"model": f"claude-{number}"}, ensure_ascii=False, separators=(",", ":")).encode()
        for each in ways:
            each.ask(capture["path"], headers, body, counted=number >= warm_up)


def report(ways: Sequence[Way]) -> Table:
    table = Table("way", "total median", "p95", "first byte median", "p95", title="milliseconds per request")
    for each in ways:
        shown = (statistics.median(each.total), p95(each.total), statistics.median(each.first), p95(each.first))
        table.add_row(each.name, *(f"{value:.2f}" for value in shown))
    without, healthy, hops = (statistics.median(each.total) for each in ways)
    table.caption = (
        f"fallbacks that are not needed cost {(healthy / without - 1) * 100:+.1f} % (goal: at most {GOAL_HEALTHY:g} %), "
        f"three hops {hops - healthy:.1f} ms (goal: at most {GOAL_HOPS:g} ms)"
    )
    return table


def main() -> None:
    run(__doc__, set_up, measure, report)


if __name__ == "__main__":
    main()
