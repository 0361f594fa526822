"""Addresses of this machine that are hard to reach."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def unanswering_port() -> Iterator[int]:
    """A port that neither accepts nor refuses: its queue of connections is full, so that further ones are left waiting."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(16):
            queued = stack.enter_context(socket.socket())
            queued.setblocking(False)
            assert queued.connect_ex(listener.getsockname()) in (0, errno.EINPROGRESS)
            if not select.select([], [queued], [], 0.1)[1]:
                break
        else:
            raise AssertionError("the queue of connections does not fill up")
        yield int(listener.getsockname()[1])
