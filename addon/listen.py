"""Where Claude Code connects.

mitmproxy starts its servers while scripts are still being loaded, so the listener is added once it runs. Its target is a black
hole: whatever our hooks do not send somewhere goes nowhere. The user's own modes are kept beside it.

The mode is written `Reverse:`: with a lone mode that begins with `reverse:`, mitmproxy readdresses every flow it loads from a
file to that mode's target.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import sys

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import Client

from addon import ports
from addon.calls import BLACK_HOLE
from addon.current import Current
from addon.startup import refuse

log = logging.getLogger(__name__)

_MODE_FLAGS = ("-m", "--mode", "-p", "--listen-port")


class Listen:
    """Adds the listener for `ANTHROPIC_BASE_URL` clients at the configured address."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._user_modes: list[str] = []
        self._ours = ""
        self._silence = _DefaultListenerSilence()

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "ccr_listen", str, "", "Where Claude Code connects, as host:port. Empty: HOST and PORT of the config; `off`: nowhere."
        )
        if not _user_chose_modes():
            self._silence.begin()

    def running(self) -> None:
        if not self._current.loaded or self._ours or ctx.options.ccr_listen == "off" or _only_reads_flows():
            return
        try:
            host, port = self._address()
        except ValueError as error:
            refuse(str(error))
            return
        if port and (owner := ports.owner(host, port)):
            refuse(f"cannot listen on {ports.shown(host, port)}: {owner}")
            return
        self._ours = f"Reverse:http://{BLACK_HOLE[0]}:{BLACK_HOLE[1]}@{host}:{port}"
        modes = [*ctx.options.mode] if _user_chose_modes() else []
        ctx.options.update(mode=[*modes, self._ours], server=True, connection_strategy="lazy")
        asyncio.get_running_loop().create_task(self._announce(host, port))

    def _address(self) -> tuple[str, int]:
        if ctx.options.ccr_listen:
            return ports.parse(ctx.options.ccr_listen)
        settings = self._current.settings
        return ports.numeric(settings.host), settings.port

    async def _announce(self, host: str, port: int) -> None:
        """Wait for the listener and say where it is; a proxy without it must not run on."""
        proxyserver = ctx.master.addons.get("proxyserver")
        assert isinstance(proxyserver, Proxyserver)
        for _ in range(500):
            await asyncio.sleep(0.02)
            instance = next((i for i in proxyserver.servers if i.mode.full_spec == self._ours), None)
            if instance is not None and instance.listen_addrs:
                self._silence.end()
                at = ports.shown(*instance.listen_addrs[0][:2])
                log.info("ccr: listening at http://%s · config: %s", at, self._current.settings.source)
                return
            if instance is not None and instance.last_exception:
                break
        refuse(f"cannot listen on {ports.shown(host, port)}; hint: choose another PORT, or end what uses this one")
        raise SystemExit(1)

    def client_connected(self, client: Client) -> None:
        """Refuse strangers on our own listener: it spends the user's keys."""
        if not self._is_ours(client) or not self._current.loaded or self._current.settings.client_keys:
            return
        address = ipaddress.ip_address(client.peername[0])
        if not (getattr(address, "ipv4_mapped", None) or address).is_loopback:
            client.error = "ccr: only connections from this machine are accepted without a client key (APIKEY)"
            log.warning("ccr: refused a connection from %s", client.peername[0])

    def _is_ours(self, client: Client) -> bool:
        return bool(self._ours) and client.proxy_mode.full_spec == self._ours


class _DefaultListenerSilence(logging.Filter):
    """Keeps mitmproxy's default listener, which nobody asked for, from ending the program when its port is taken.

    It is being started while scripts load and is stopped by the first change of mode; an error about it, and the empty one
    from stopping what never started, would be taken for a failed start. Needed until mitmproxy lets a script choose the modes
    before the servers start.
    """

    _logger = logging.getLogger("mitmproxy.addons.proxyserver")

    def begin(self) -> None:
        self._logger.addFilter(self)

    def end(self) -> None:
        self._logger.removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return record.levelno < logging.ERROR or not (message == "" or "failed to listen on *:8080" in message)


def _user_chose_modes() -> bool:
    """Whether to keep the modes in force. An explicit `--mode regular` equals the default, so the command line is looked at."""
    changed = ctx.options.has_changed("mode") or ctx.options.has_changed("listen_port")
    return changed or any(a in _MODE_FLAGS or a.startswith(("--mode=", "--listen-port=")) for a in sys.argv)


def _only_reads_flows() -> bool:
    """`-n` with a file to read or to replay: no port is wanted."""
    files = (getattr(ctx.options, name, None) for name in ("rfile", "client_replay"))
    return not ctx.options.server and any(files)
