"""Writing the unit or the agent, and taking it away."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from addon.service import place
from addon.service.unit import launchd, systemd

CHECK_SECONDS: Final = 30


class NotInstalled(Exception):
    """Nothing was written or removed; the message says why."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is to be written where, and the commands that then start it and that end it."""

    path: Path
    content: bytes
    enable: tuple[str, ...]
    disable: tuple[str, ...]
    ours: bytes
    """Without this in it, a file of that name is somebody else's."""


def unit_here(arguments: list[str]) -> Unit:
    """The one for this system; `arguments` follow `ccr start --foreground`. Raises NotInstalled where there is neither."""
    command = [*program(), "start", "--foreground", *arguments]
    if sys.platform == "darwin":
        return for_launchd(command)
    if sys.platform.startswith("linux"):
        return for_systemd(command)
    raise NotInstalled(
        f"there is neither systemd nor launchd on {sys.platform}; hint: run `ccr start --foreground` as it is done there"
    )


def for_systemd(command: list[str]) -> Unit:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or place.user_home() / ".config") / "systemd" / "user"
    text = systemd.unit(command, environment_file())
    enable = ("systemctl --user daemon-reload", f"systemctl --user enable --now {systemd.UNIT}")
    disable = (f"systemctl --user disable --now {systemd.UNIT}",)
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise NotInstalled("a unit must be UTF-8, and a path in it is not; hint: put the config elsewhere, `--config`") from None
    return Unit(folder / systemd.UNIT, content, enable, disable, systemd.MARK.encode())


def for_launchd(command: list[str]) -> Unit:
    path = place.user_home() / "Library" / "LaunchAgents" / f"{launchd.LABEL}.plist"
    content = launchd.agent(command, environment_file(), place.home() / "service" / "launchd.log")
    domain = f"gui/{os.getuid()}"
    enable = (f"launchctl bootstrap {domain} {for_shell(path)}",)
    return Unit(path, content, enable, (f"launchctl bootout {domain}/{launchd.LABEL}",), b"<string>--foreground</string>")


def environment_file() -> Path:
    """The file for variables that a service of the system does not get from a shell."""
    return place.config_home() / "service.env"


def program() -> list[str]:
    """How this program is started, by absolute paths: no PATH of the user's is known there."""
    script = Path(sys.executable).with_name("ccr")
    return [str(script)] if script.exists() else [sys.executable, "-P", "-m", "addon.cli.main"]


def write(unit: Unit) -> bool:
    """Whether anything was changed. Raises NotInstalled for a file that is not ours, OSError."""
    if unit.path.exists():
        if unit.path.read_bytes() == unit.content:
            return False
        check_ours(unit)
    unit.path.parent.mkdir(parents=True, exist_ok=True)
    fresh = unit.path.with_name(f".{unit.path.name}.new")
    fresh.write_bytes(unit.content)
    fresh.replace(unit.path)
    return True


def remove(unit: Unit) -> bool:
    """Whether there was one. Raises NotInstalled for a file that is not ours, OSError."""
    if not unit.path.exists():
        return False
    check_ours(unit)
    unit.path.unlink()
    return True


def check_ours(unit: Unit) -> None:
    """Raises NotInstalled for a file that is somebody else's."""
    if unit.ours not in unit.path.read_bytes():
        raise NotInstalled(f"`{unit.path}` was not written by `ccr service install`; hint: move it away first")


def complaints(path: Path) -> str:
    """What systemd itself finds wrong with the unit; "" if nothing, or it is not here to be asked."""
    if not (analyze := shutil.which("systemd-analyze")):
        return ""
    command = [analyze, "--user", "verify", "--man=no", str(path)]
    with tempfile.TemporaryDirectory(prefix="ccr-") as runtime:  # outside a session there is none, and it asks for one
        env = {"XDG_RUNTIME_DIR": runtime, **os.environ}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False)  # noqa: S603 - our own file
    return "\n".join(line for line in done.stderr.splitlines() if path.name in line)


def open_to_others(path: Path) -> bool:
    """Whether others may read a file that is there."""
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def variables(config: str) -> list[str]:
    """The names of variables that a config file asks for, in order."""
    text = Path(config).read_text(encoding="utf-8-sig") if config else ""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", "//")))
    return list(dict.fromkeys(re.findall(r"(?<!\$)\$\{?([A-Za-z_][A-Za-z0-9_]*)", lines)))


def for_shell(path: Path) -> str:
    return shlex.quote(str(path))
