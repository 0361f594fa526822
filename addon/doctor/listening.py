"""Who listens where: the service at the configured address, what this shell points to, and who else can reach it."""

from __future__ import annotations

import ipaddress
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

from addon import ports
from addon.config import urls
from addon.doctor.configured import Configured
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, Fix, note, ok, problem, warning
from addon.service.find import written_by_holder
from addon.service.probe import Found, reachable
from addon.service.report import has_changed
from addon.service.start import StartFailed, start

_LISTENING = "0A"
"""In /proc/net/tcp: the state of a socket that listens."""


def service(context: Context) -> Findings:
    """Configuration, shell and what listens, compared: between them lies every "connection refused"."""
    running = context.running
    at = ports.shown(reachable(running.host), running.port)
    match running.here.found:
        case Found.OURS:
            yield from _ours(context, at)
        case Found.STRANGER:
            yield _another(context, at)
        case Found.NOBODY:
            yield _nobody(context, at)
    for file in running.stale:
        yield _stale(context, file)


def _ours(context: Context, at: str) -> Iterator[Finding]:
    health = context.running.here.health
    config = health.config if health else ""
    mine = context.config.source
    if config and config != mine and Path(config) != Path(mine):
        fix = f"`ccr restart --config {context.around.short(mine)}`, or `ccr doctor --config {context.around.short(config)}`"
        what = "the service that runs reads another configuration"
        yield warning(what, f"http://{at}", f"it reads {config}, this shell finds {mine}", fix=fix)
    elif health and has_changed(health):
        what = "the configuration has changed since the service read it"
        fix = "`ccr restart`, or `ccr.reload` in mitmweb"
        yield warning(what, f"http://{at}", "what is said here of the configuration is not yet in force", fix=fix)
    else:
        yield ok(f"the service answers at http://{at}" + (f" (process {health.pid})" if health and health.pid else ""))


def _another(context: Context, at: str) -> Finding:
    running = context.running
    if hanging := written_by_holder(running.port):
        why = f"{running.here.told}; a `claude` that is sent there waits for nothing"
        return problem(f"the service hangs (process {hanging.pid})", f"http://{at}", why, fix="`ccr restart`")
    owner = ports.owner(running.host, running.port).partition("; hint:")[0] or running.here.told
    why = f"{running.here.told}; the router cannot listen there, and Claude Code would ask that server"
    fix = f"end that process, or `port: {running.port + 1}` in the configuration; then `ccr start`"
    return problem(f"the router's port is another program's: {owner}", f"http://{at}", why, fix=fix)


def _nobody(context: Context, at: str) -> Finding:
    elsewhere = [port for port, look in context.running.others.items() if look.found is Found.OURS]
    if elsewhere:
        found = ", ".join(str(port) for port in elsewhere)
        what = f"the service runs on port {found}, the configuration says {context.running.port}"
        fix = f"`ccr stop --port {elsewhere[0]}`, then `ccr start`; or `port: {elsewhere[0]}` in the configuration"
        return problem(what, f"http://{at}", f"at {at}: {context.running.here.told}", fix=fix)
    safe = None
    if context.config.is_usable:
        safe = Fix("start the service", lambda: _start(str(context.config.path or "")))
    why = f"{context.running.here.told}; a `claude` that is sent there says that it cannot connect"
    named = context.config.named
    code = f"CCR_CONFIG={shlex.quote(named)} ccr code" if named else "ccr code"
    fix = f"`ccr start{context.config.option}`, or `{code}`, which starts it"
    return problem("the service is not running", f"http://{at}", why, fix=fix, safe_fix=safe)


def _start(config: str) -> str:
    """Raises ValueError with the true reason."""
    try:
        started = start(config)
    except StartFailed as error:
        raise ValueError(str(error)) from None
    return f"the service answers at {started.url}"


def _stale(context: Context, file: Path) -> Finding:
    shown = context.around.short(file)
    safe = Fix(f"remove {shown}, which a service left behind", lambda: _remove(file, shown))
    what, fix = "a service that is gone left its state behind", "`ccr doctor --fix` removes it"
    return Finding("note", what, shown, "it is harmless", fix, safe)


def _remove(file: Path, shown: str) -> str:
    file.unlink(missing_ok=True)
    return f"{shown} is removed"


# --- this shell


def shell(context: Context) -> Findings:
    """`ANTHROPIC_BASE_URL` of this shell against the configuration."""
    yield from _shell(context)


def points_to(url: str) -> tuple[str, int] | None:
    """The host and port of a base URL; None for what is no URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


def _shell(context: Context) -> Iterator[Finding]:
    url = context.around.env.get("ANTHROPIC_BASE_URL", "").strip()
    if not url:
        yield note("ANTHROPIC_BASE_URL is not set in this shell")
        return
    target = points_to(url)
    at = f"http://{ports.shown(reachable(context.running.host), context.running.port)}"
    if target is None:
        yield problem("ANTHROPIC_BASE_URL is no URL", "$ANTHROPIC_BASE_URL", "claude fails at once", fix='`eval "$(ccr env)"`')
    elif not urls.is_loopback(target[0]) and target[0] != context.running.host:
        why = "another gateway answers a `claude` of this shell, not this router"
        yield problem(
            f"ANTHROPIC_BASE_URL points to {target[0]}", "$ANTHROPIC_BASE_URL", why, fix='`eval "$(ccr env)"`, or `ccr code`'
        )
    elif target[1] != context.running.port:
        yield from _other_port(context, target[1], at)
    else:
        yield ok(f"this shell points to {at}")


def _other_port(context: Context, port: int, at: str) -> Iterator[Finding]:
    look = context.running.others.get(port)
    if look is not None and look.found is Found.OURS:
        yield warning(
            f"this shell points to port {port}, the configuration says {context.running.port}", "$ANTHROPIC_BASE_URL",
            f"a router answers on {port}, perhaps with other settings", fix='`eval "$(ccr env)"`',
        )  # fmt: skip
        return
    listens = look.told if look else "nobody listens"
    why = f"on port {port}: {listens}; configured is {at}"
    yield problem(
        f"this shell points to the wrong port: {port}", "$ANTHROPIC_BASE_URL", why, fix='`eval "$(ccr env)"`, or `ccr code`'
    )


# --- others


def exposure(context: Context) -> Findings:
    """A listener that other machines reach and that asks for no key spends its owner's money for anybody."""
    found = [*_configured(context), *_open_sockets(context)]
    yield from found or [ok("only this machine can reach the router")]


def _configured(context: Context) -> Iterator[Finding]:
    host, has_keys = listener_of(context.config)
    if urls.is_loopback(host) or not urls.is_host(host):  # the latter is told by the check of the configuration
        return
    where = context.around.short(context.config.source)
    if has_keys:
        why = "prompts and that key travel unencrypted"
        yield note(
            f"other machines may use the router, with a client key (host {host})", where, why, fix="keep it behind a VPN or TLS"
        )
        return
    fix = "set `host: 127.0.0.1`, or `client_keys: [$CCR_CLIENT_KEY]`"
    why = "anybody on the network could spend your keys; the router refuses to start like that"
    yield problem(f"`host: {host}` lets other machines in, and no client key is asked for", where, why, fix=fix)


def listener_of(config: Configured) -> tuple[str, bool]:
    """The host to listen on, and whether clients must show a key, also of a file that is refused for just that."""
    if config.settings is not None and not config.problems:
        return config.settings.host, bool(config.settings.client_keys)
    return str(config.tree.get("host") or "127.0.0.1").strip().strip("[]"), bool(config.tree.get("client_keys"))


def _open_sockets(context: Context) -> Iterator[Finding]:
    """What listens now, whatever the file says: mitmproxy may have been started by hand with other options."""
    if context.running.here.found is not Found.OURS or listener_of(context.config)[1]:
        return
    for address in listening_on(context.running.port):
        if not ipaddress.ip_address(address).is_loopback:
            where = ports.shown(address, context.running.port)
            why = "no client key is configured"
            yield problem(
                f"the router listens on {address}, where other machines reach it",
                where,
                why,
                fix="`ccr restart`, or set `client_keys`",
            )


def listening_on(port: int) -> list[str]:
    """The addresses on which somebody listens at this port; empty where the system does not tell."""
    tables = [table for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if table.exists()]
    if tables:
        rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
        return sorted(
            {
                _address(row[1].partition(":")[0])
                for row in rows
                if row[3] == _LISTENING and int(row[1].rpartition(":")[2], 16) == port
            }
        )
    return _by_lsof(port) if which("lsof") else []


def _address(written: str) -> str:
    """As the kernel writes it: each group of four bytes in this machine's order."""
    groups = [bytes.fromhex(written[at : at + 8])[::-1] for at in range(0, len(written), 8)]
    return str(ipaddress.ip_address(b"".join(groups)))


def _by_lsof(port: int) -> list[str]:
    command = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fn"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout  # noqa: S603 - fixed words and a number
    names = {line[1:].rpartition(":")[0].strip("[]") for line in told.splitlines() if line.startswith("n")}
    return sorted("0.0.0.0" if name == "*" else name for name in names)  # noqa: S104 - told, not bound
