"""A company's proxy: it asks for a login, and leads every tunnel to one server of this machine."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from typing import Self


class Tunnel:
    """A context manager. `asked` holds the first line of each request; without the login the answer is 407."""

    def __init__(self, port: int, login: str = "") -> None:
        self._target, self._login = port, login
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head and (piece := client.recv(4096)):
            head += piece
        self.asked.append(head.partition(b"\r\n")[0].decode())
        shown = f"proxy-authorization: basic {b64encode(self._login.encode()).decode()}".lower()
        if self._login and shown not in head.decode().lower():
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._target))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=_copy, args=(server, client), daemon=True).start()
        _copy(client, server)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # the other side is gone
        target.close()
