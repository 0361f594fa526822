"""The router as users run it: mitmdump with the addon, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.support.process import Process

ROOT = Path(__file__).resolve().parents[2]
MITMDUMP = Path(sys.executable).with_name("mitmdump")
LISTENING = re.compile(r"ccr: listening at (http://[^\s·]+)")
FORWARD = re.compile(r"HTTP\(S\) proxy listening at ([0-9.]+:\d+)")


class Router:
    """`config` is written to a file in `folder`, which must be a new one; PORT 0 is added. A context manager.

    `options` are further arguments of mitmdump, `forward` opens a forward proxy (for HTTPS_PROXY) beside the listener.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        folder: Path,
        *,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        forward: bool = False,
    ) -> None:
        self.folder, self.forward = folder, forward
        self._config = {"HOST": "127.0.0.1", "PORT": 0, **config}
        # mitmproxy refuses two listeners on port 0 of one address, so this one is chosen here.
        self._options = [*options, *(("--mode", f"regular@127.0.0.1:{free_port()}") if forward else ())]
        self._env = dict(env or {})
        self.url = self.forward_url = ""

    @property
    def output(self) -> str:
        return self._process.output

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def authority(self) -> Path:
        """The certificate a client of the forward proxy must trust."""
        return self.folder / "confdir" / "mitmproxy-ca-cert.pem"

    def written_config(self) -> str:
        return json.dumps(self._config)

    def start(self) -> Self:
        path = self.folder / "config.json"
        path.write_text(self.written_config(), encoding="utf-8")
        command = [str(MITMDUMP), "--set", f"confdir={self.folder / 'confdir'}", "--set", "server=false"]
        command += ["-s", str(ROOT / "addon" / "ccr.py"), "--set", f"ccr_config={path}", *self._options]
        self._process = Process(command, self.folder, self._environment())
        try:
            self.url = self._process.wait_for(LISTENING)
            if self.forward:
                self.forward_url = f"http://{self._process.wait_for(FORWARD)}"
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> int:
        """Ends the process and returns its status."""
        return self._process.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but the path: no configuration, proxy or key of the machine is found."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", **self._env}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
