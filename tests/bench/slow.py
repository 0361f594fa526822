"""A chat-completions provider that takes its time: `python -m tests.bench.slow SECONDS CHUNKS`.

A streamed answer begins after half of the time and goes on after the other half. It says `listening at http://…` first.
"""

from __future__ import annotations

import asyncio
import sys

from tests.bench.upstream import canned
from tests.fakes.http import read_request


async def serve(seconds: float, chunks: int) -> None:
    head, *pieces = canned(chunks).split(b"data: ")

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await read_request(reader):
            await asyncio.sleep(seconds / 2)
            writer.write(head + b"data: " + pieces[0])
            await asyncio.sleep(seconds / 2)
            writer.write(b"data: " + b"data: ".join(pieces[1:]))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=1 << 20)
    print(f"listening at http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), int(sys.argv[2])))
