"""Memory over a long day: many large requests through mitmweb and mitmdump, and how much memory each takes.

    uv run python -m tests.bench.memory [--requests 2000] [--kilobytes 300]

The provider is a thread of this process on loopback. Resident memory in megabytes is printed every tenth of the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import httpx2

from tests.support.asking import client
from tests.support.configs import two_providers
from tests.support.mitmweb import Mitmweb
from tests.support.provider import chunks
from tests.support.router import Router
from tests.support.upstream import Says, upstream

STREAM = {"content-type": "text/event-stream"}
IN_PARALLEL = 4


def resident(pid: int) -> int:
    """Megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def request_of(kilobytes: int, number: int) -> bytes:
    """A conversation of texts that are all different, as large as asked for."""
    turns = [
        {
            "role": "user" if turn % 2 == 0 else "assistant",
            "content": f"turn {turn} of {number}: " + "words and more words. " * 44,
        }
        for turn in range(kilobytes | 1)
    ]
    return json.dumps({"model": "claude-opus-4-8", "max_tokens": 100, "stream": True, "messages": turns}).encode()


async def drive(url: str, numbers: range, kilobytes: int) -> None:
    left = iter(numbers)

    async def one_after_the_other(http: httpx2.AsyncClient) -> None:
        for number in left:
            answer = await http.post("/v1/messages", content=request_of(kilobytes, number))
            assert b"message_stop" in answer.content, answer.content[:300]

    async with client(url) as http:
        await asyncio.gather(*(one_after_the_other(http) for _ in range(IN_PARALLEL)))


async def soak(router: Router, requests: int, kilobytes: int) -> list[int]:
    """Resident megabytes at the start, then after each tenth."""
    await asyncio.to_thread(router.start)
    try:
        measured = [resident(router.pid)]
        step = max(1, requests // 10)
        for begin in range(0, requests, step):
            await drive(router.url, range(begin, min(begin + step, requests)), kilobytes)
            measured.append(resident(router.pid))
        return measured
    finally:
        await asyncio.to_thread(router.stop)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--kilobytes", type=int, default=300)
    arguments = parser.parse_args()
    async with upstream(lambda _: Says(b"".join(chunks()), STREAM)) as far:
        for name, kind in (("mitmweb", Mitmweb), ("mitmdump", Router)):
            with tempfile.TemporaryDirectory() as folder:
                far.seen = _Forgetful()
                router = kind(two_providers(far.url + "/v1"), Path(folder))
                measured = await soak(router, arguments.requests, arguments.kilobytes)
            print(f"{name}: {arguments.requests:,} requests of {arguments.kilobytes} KB: MB resident: {measured}", flush=True)


class _Forgetful(list):  # type: ignore[type-arg]
    """What the provider was sent is not kept here either."""

    def append(self, _: object) -> None:
        pass


if __name__ == "__main__":
    asyncio.run(main())
