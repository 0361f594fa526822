"""Where the service keeps its files.

config_home()       the folder of the configuration: $CCR_HOME, else Claude Code Router's own ~/.claude-code-router
home()              the same where it can be written to, else a private folder for temporary files
home()/service/     <port>.json (state, with mitmweb's login: for the user alone), <port>.log, <port>.log.1, <port>.lock
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

VARIABLE: Final = "CCR_HOME"
FOLDER: Final = ".claude-code-router"
PRIVATE: Final = 0o700


class NoPlace(OSError):
    """There is no folder for the service's files. The message says what to do."""


def config_home() -> Path:
    """The folder of `config.yaml`; it need not be there."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    return user_home() / FOLDER


def user_home() -> Path:
    """The user's home folder, "/" for a user without one."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def home() -> Path:
    """The folder of config, state and logs, as an absolute path. Nothing is created where the user's own can be used.

    Without a writable home it is a folder in the system's one for temporary files that belongs to this user alone. Raises
    NoPlace where that cannot be had either.
    """
    named = os.environ.get(VARIABLE)
    wanted = config_home()
    if named or _can_be_used(wanted):
        return wanted
    return _private_folder()


def service_folder() -> Path:
    """The folder of the files below, created if need be, for this user alone. Raises NoPlace."""
    folder = home() / "service"
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise NoPlace(f"`{folder}` cannot be created: {error.strerror}; hint: set {VARIABLE} to a folder of yours") from error
    return folder


def told(error: OSError) -> str:
    """What went wrong with a file of the service, for people."""
    if not error.filename:
        return str(error)
    said = f"`{error.filename}` cannot be used: {error.strerror}"
    if not isinstance(error, PermissionError):
        return said
    mine = f'`sudo chown -R "$USER" {home() / "service"}` if `sudo ccr` made it'
    return f"{said}; hint: {mine}, or set {VARIABLE} to a folder of yours"


def state_file(port: int) -> Path:
    """What the service on this port writes down of itself. It may be missing, old, or anybody's: `probe` tells what is true."""
    return service_folder() / f"{port}.json"


def log_file(port: int) -> Path:
    return service_folder() / f"{port}.log"


def lock_file(port: int) -> Path:
    return service_folder() / f"{port}.lock"


def mitmproxy_folder() -> Path | None:
    """The folder for mitmproxy itself (certificates, options) where its default, ~/.mitmproxy, cannot be used, else None.

    mitmproxy reads no certificates from a folder whose name is no UTF-8.
    """
    usual, own = user_home() / ".mitmproxy", home() / "mitmproxy"
    if _can_be_used(usual) and _is_text(usual):
        return None
    return own if _is_text(own) else _private_folder() / "mitmproxy"


def _is_text(path: Path) -> bool:
    return "\ufffd" not in os.fsencode(path).decode(errors="replace")


def _can_be_used(folder: Path) -> bool:
    """Whether it can be written to, or be created in a home that is there. A missing home is never created."""
    there = folder if folder.exists() else folder.parent
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _private_folder() -> Path:
    """One that a stranger cannot have put there: anybody may create names in a folder for temporary files."""
    try:
        folder = Path(tempfile.gettempdir()) / f"ccr-{_user()}"
        folder.mkdir(mode=PRIVATE, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise NoPlace(f"there is no folder that can be written to ({error}); hint: set {VARIABLE} to one") from error
    if not stat.S_ISDIR(found.st_mode) or (os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o077)):
        raise NoPlace(f"`{folder}` is not a private folder of this user; hint: remove it, or set {VARIABLE} to a folder of yours")
    return folder


def _user() -> str:
    return str(os.geteuid()) if os.name == "posix" else "user"
