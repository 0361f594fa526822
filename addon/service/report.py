"""What `ccr status` tells."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addon.config.load import BUILT_IN
from addon.service.find import Target, running, written_by_holder
from addon.service.probe import Found, Health
from addon.service.start import running_service


@dataclass(frozen=True, slots=True)
class Status:
    """`uptime` is in seconds, `started` as ISO 8601. `web_url` is without its login. `warnings` are sentences with hints."""

    running: bool
    port: int
    program_version: str
    url: str = ""
    pid: int = 0
    version: str = ""
    config: str = ""
    config_changed: bool = False
    routes: dict[str, str] = field(default_factory=dict)
    started: str = ""
    uptime: int = 0
    web_url: str = ""
    log: str = ""
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def status(target: Target, program_version: str) -> Status:
    """What is true of the service now."""
    if target.seen.found is not Found.OURS:
        return Status(False, target.port, program_version, warnings=tuple(_why_not(target)))
    health = target.seen.health or Health()
    service = running_service(target.host, target.port, health)
    changed = has_changed(health)
    return Status(
        running=True,
        port=target.port,
        program_version=program_version,
        url=service.url,
        pid=health.pid,
        version=health.version,
        config=service.config,
        config_changed=changed,
        routes=health.routes,
        started=datetime.fromtimestamp(health.started, UTC).isoformat(timespec="seconds") if health.started else "",
        uptime=max(0, round(time.time() - health.started)) if health.started else 0,
        web_url=health.web_url,
        log=service.log,
        warnings=tuple(_warnings(target, health, program_version, changed=changed)),
    )


def _why_not(target: Target) -> list[str]:
    said = []
    if target.seen.found is Found.STRANGER and (hanging := written_by_holder(target.port)):
        said.append(f"the service (pid {hanging.pid}) hangs: {target.seen.told}; hint: `ccr restart`")
    elif target.seen.found is Found.STRANGER:
        from addon import ports  # noqa: PLC0415  only here

        who = ports.holder(target.port)
        name = f"`{who.name}` (pid {who.pid})" if who else "somebody else"
        said.append(f"{name} listens on port {target.port}: {target.seen.told}; hint: end that process, or set another PORT")
    others = [str(other.port) for other in running()]
    if others:
        said.append(f"a service runs on port {', '.join(others)}; hint: --port {others[0]}")
    return said + _config_error(target)


def _warnings(target: Target, health: Health, program_version: str, *, changed: bool) -> list[str]:
    said = []
    if health.version and health.version != program_version:
        said.append(f"the service is version {health.version}, this program {program_version}; hint: `ccr restart`")
    if changed:
        said.append(f"{health.config} has changed since the service read it; hint: `ccr restart`, or `ccr.reload` in mitmweb")
    if target.state and health.config != BUILT_IN and not Path(health.config).exists():
        said.append(f"{health.config} is not there any more; the service goes on with what it read")
    if target.config and health.config == BUILT_IN != target.config:
        said.append(f"{target.config} is there now, and the service runs without it; hint: `ccr restart`")
    if not health.pid:
        said.append("it asks for a client key, and tells nothing without one")
    elif target.state is None:
        said.append(f"it was not started by `ccr start`: it is process {health.pid}, started by hand or elsewhere")
    return said + _config_error(target)


def _config_error(target: Target) -> list[str]:
    return [f"the configuration that is found from here cannot be used: {target.config_error}"] if target.config_error else []


def has_changed(health: Health) -> bool:
    """Whether the file has been written since it was read; of one that this machine does not have, nothing is known."""
    try:
        return bool(health.loaded) and Path(health.config).stat().st_mtime > health.loaded
    except OSError:
        return False
