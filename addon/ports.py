"""Addresses to listen on, and who has a port that is taken."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which


def parse(text: str) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or `port`. Raises ValueError with a sentence."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"`{text}` is no address to listen on; hint: write host:port, such as 127.0.0.1:3456")
    return numeric(host.strip("[]") or "127.0.0.1"), int(port)


def numeric(host: str) -> str:
    """The host as an IP address: a name would let a failed listener go unnoticed. Raises ValueError for an unknown name."""
    try:
        family = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(f"`{host}` is no host of this machine ({error.strerror}); hint: HOST: 127.0.0.1") from error
    v4_first = sorted(family, key=lambda found: found[0] != socket.AF_INET)
    return str(v4_first[0][4][0])


def shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def owner(host: str, port: int) -> str:
    """Why the port cannot be had, naming the process that has it where that can be found out; "" if it is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            who = holder(port)
            taken = f"port {port} is taken by `{who.name}` (pid {who.pid})" if who else _taken(port, error)
            return f"{taken}; hint: set another PORT, use `--set ccr_listen=127.0.0.1:{port + 1}`, or end that process"
    return ""


def _taken(port: int, error: OSError) -> str:
    others = strangers(port)
    return f"port {port} is taken by a program of {others}" if others else f"{error.strerror} (port {port})"


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that listens on a port."""

    name: str
    pid: int


def holder(port: int) -> Holder | None:
    """Who listens on the port; None where nobody does, or it cannot be found out (another user's process)."""
    if Path("/proc/net/tcp").exists():
        return _process_by_proc(port)
    return _process_by_lsof(port) if which("lsof") else None


def _process_by_proc(port: int) -> Holder | None:
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in sockets for fd in (folder / "fd").iterdir()):
                return Holder((folder / "comm").read_text().strip(), int(folder.name))
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return None


def _listening_inodes(port: int) -> set[str]:
    return {row[9] for row in _listeners(port)}


def _listeners(port: int) -> Iterator[list[str]]:
    """The fields of their lines in proc(5)'s tables: 7 is the user's id, 9 the socket's inode."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if table.exists():
            rows = (line.split() for line in table.read_text().splitlines()[1:])
            yield from (row for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port)


def strangers(port: int) -> str:
    """Who listens there, where it is another user and not root, such as "user `ann`"; "" else, or where nothing tells."""
    users = {int(row[7]) for row in _listeners(port)}
    return f"user {_name(min(users))}" if users and not users & {0, os.getuid()} else ""


def _name(user: int) -> str:
    import pwd  # noqa: PLC0415  Windows has none

    try:
        return f"`{pwd.getpwuid(user).pw_name}`"
    except KeyError:
        return str(user)


def _process_by_lsof(port: int) -> Holder | None:
    command = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout  # noqa: S603 - fixed words and a number
    fields = {line[0]: line[1:] for line in told.splitlines() if line}
    return Holder(fields["c"], int(fields["p"])) if {"c", "p"} <= fields.keys() else None
