"""A chat-completions provider that always streams the same answer, at once: run in a process of its own by the benchmarks.

`python -m tests.bench.upstream CHUNKS [STATUS]`; with a status it refuses instead, as fast. It answers on `POST` to any path,
says `listening at http://…` on its first line, and knows nothing but keep-alive.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.fakes.http import read_request


def canned(chunks: int) -> bytes:
    """A streamed completion of `chunks` pieces of text, as one chunked HTTP answer."""
    frame: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "canned"}
    deltas = [{"content": f"word{number} "} for number in range(chunks)]
    rows: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    rows += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    rows += [{"choices": [], "usage": {"prompt_tokens": 20000, "completion_tokens": chunks, "total_tokens": 20000 + chunks}}]
    events = [b"data: " + json.dumps(frame | row).encode() + b"\n\n" for row in rows]
    body = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in [*events, b"data: [DONE]\n\n"])
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + body + b"0\r\n\r\n"


def refusal(status: int) -> bytes:
    body = b'{"error": {"message": "not now"}}'
    return b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)


async def serve(answer: bytes) -> None:

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await read_request(reader):
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=1 << 20)
    port = server.sockets[0].getsockname()[1]
    print(f"listening at http://127.0.0.1:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(refusal(int(sys.argv[2])) if len(sys.argv) > 2 else canned(int(sys.argv[1]))))
