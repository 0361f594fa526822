"""HTTP/1 as mitmproxy reads it, with two things that it lacks.

An interim answer (`100 Continue`, `103 Early Hints`; RFC 9110, 15.2) may come before the answer itself. Expected: it is passed
over, as mitmproxy does with HTTP/2. Actual, in mitmproxy 12.2: it is taken for the answer, and the answer for noise.

Trailer fields may follow a chunked body (RFC 9112, 7.1.2). Expected: they may be dropped. Actual: `NotImplementedError`, and the
body never ends.
"""

from __future__ import annotations

import re
from typing import Any

import h11
from mitmproxy.proxy import events
from mitmproxy.proxy.layers.http._http1 import ChunkedReader, Http1Client

from addon.failover.boundary import Steps

# 101 is final: the connection speaks another protocol from then on.
_INTERIM = re.compile(rb"HTTP/1\.[0-9] 1(?!01)[0-9][0-9](?: [^\r\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n")


class PatientHttp1Client(Http1Client):
    """Waits for the final answer of a provider."""

    def read_headers(self, event: events.ConnectionEvent) -> Steps[None]:
        if self.request is not None:
            while interim := _INTERIM.match(bytes(self.buf)):
                self.buf.maybe_extract_at_most(interim.end())
        yield from super().read_headers(event)


class TrailerlessReader(ChunkedReader):
    """Reads a chunked body; what follows it is dropped."""

    def __call__(self, buf: Any) -> Any:
        event = super().__call__(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event
