"""A mitmproxy in this process, without any listener, through which recorded requests are sent again.

Each goes the way of a client's own: routing hooks, translation, streaming, retries, and the record.
"""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Final, Self

from mitmproxy import http, optmanager
from mitmproxy.addons.clientplayback import ReplayHandler
from mitmproxy.addons.core import Core
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.master import Master
from mitmproxy.options import Options

from addon.current import Current
from addon.failover.fleet import Fleet
from addon.failover.guard import install
from addon.failover.plan import forget
from addon.gateway import Gateway
from addon.record import current as record_of
from addon.recordings.exchange import Answer
from addon.recordings.heard import of_record
from addon.replay.kept import ASKED, remember

_QUIET: Final = ("addon", "mitmproxy")

_GRACE_SECONDS: Final = 30.0
"""Beyond the limit that the configuration sets to a whole request."""

# Of mitmproxy's own settings, what decides how providers' certificates are judged.
_FROM_CONFIG: Final = (
    "ssl_insecure",
    "ssl_verify_upstream_trusted_ca",
    "ssl_verify_upstream_trusted_confdir",
    "tls_version_server_min",
)


class Engine:
    """An async context manager. `current` holds the settings; its `Fleet` begins without any memory of failures."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def __aenter__(self) -> Self:
        install()
        # What goes wrong with a request is in its answer; said here as well, it would tear up the progress.
        self._levels = {name: logging.getLogger(name).level for name in _QUIET}
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._master = Master(_options())
        self._master.addons.add(Core(), Proxyserver(), TlsConfig(), Gateway(self._current, Fleet()))
        self._master.options.update(
            server=False, connection_strategy="lazy", store_streamed_bodies=True, stream_large_bodies=None
        )
        self._running = asyncio.create_task(self._master.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._master.should_exit.set()
        await self._running
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)

    async def ask(self, recorded: http.HTTPFlow, model: str) -> tuple[Answer, http.HTTPFlow]:
        """The answer of `model` (`provider,model`) to a copy of a recorded flow, and that copy, which holds both answers."""
        flow = prepared(recorded, model)
        handler = ReplayHandler(flow, self._master.options)
        try:
            await asyncio.wait_for(handler.replay(), self._current.settings.timeouts.total + _GRACE_SECONDS)
        except TimeoutError:
            return Answer(model, error="timeout_error", message="the answer did not come to its end", status=0), flow
        finally:
            for connection in handler.transports.values():
                if connection.handler:
                    connection.handler.cancel()
            forget(flow.id)
        return heard(flow, model), flow


def prepared(recorded: http.HTTPFlow, model: str) -> http.HTTPFlow:
    """A copy of a recorded flow, ready to be sent again to that model and to no other; the recorded one stays as it is."""
    flow: http.HTTPFlow = recorded.copy()
    flow.metadata[ASKED] = {"model": model, "fallback": False}
    remember(flow, recorded)  # not by `backup`, whose copies take longer than anything else here
    flow.is_replay = "request"
    flow.response = flow.error = None
    return flow


def heard(flow: http.HTTPFlow, model: str) -> Answer:
    response, kept = flow.response, record_of(flow, ())
    if response is None:
        return Answer(model, error="no_answer", message=flow.error.msg if flow.error else "nothing came", status=0)
    if kept is None:
        return Answer(model, error="no_answer", message=response.get_text(strict=False) or "", status=response.status_code)
    return of_record(kept, response.status_code, response.get_content(strict=False) or b"")


def _options() -> Options:
    options = Options()
    stored = Options()
    optmanager.load_paths(stored, f"{options.confdir}/config.yaml", f"{options.confdir}/config.yml")
    options.update(**{name: getattr(stored, name) for name in _FROM_CONFIG if name in stored})
    return options
