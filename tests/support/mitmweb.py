"""mitmweb with the addon, in a process of its own, and its REST interface as a program or the page uses it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2

from tests.support.process import Process
from tests.support.router import LISTENING, ROOT, Router, free_port

PASSWORD = "s3cret-of-the-page"
_UP = re.compile(r"(Web server listening at \S+)")


class Mitmweb(Router):
    """As `Router`, in mitmweb."""

    def start(self) -> Mitmweb:
        path = self.folder / "config.json"
        path.write_text(self.written_config(), encoding="utf-8")
        self.port = free_port()
        command = [str(Path(sys.executable).with_name("mitmweb")), "--set", f"confdir={self.folder / 'confdir'}"]
        command += ["--set", "server=false", "--set", "web_open_browser=false", "--set", f"web_password={PASSWORD}"]
        command += ["--set", f"web_port={self.port}", "-s", str(ROOT / "addon" / "ccr.py"), "--set", f"ccr_config={path}"]
        self._process = Process([*command, *self._options], self.folder, self._environment())
        try:
            self.url = self._process.wait_for(LISTENING)
            self._process.wait_for(_UP)
        except BaseException:
            self.stop()
            raise
        headers = {"authorization": f"Bearer {PASSWORD}", "cookie": "_mitmproxy_xsrf=x", "x-xsrftoken": "x"}
        self.rest = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=30, trust_env=False)
        return self

    def flows(self) -> list[dict[str, Any]]:
        return list(self.rest.get("/flows").json())

    def call(self, name: str, *arguments: str) -> Any:
        """Raises RuntimeError with the command's words."""
        told = self.rest.post(f"/commands/{name}", json={"arguments": arguments}).json()
        if "error" in told:
            raise RuntimeError(told["error"])
        return told["value"]

    def set(self, **options: Any) -> None:
        assert self.rest.put("/options", json=options).status_code == 200

    def content(self, flow: Mapping[str, Any], message: str) -> str:
        return self.rest.get(f"/flows/{flow['id']}/{message}/content.data").text

    def edit(self, flow: Mapping[str, Any], message: str, **changes: Any) -> None:
        assert self.rest.put(f"/flows/{flow['id']}", json={message: changes}).status_code == 200

    def resume(self, flow: Mapping[str, Any]) -> None:
        assert self.rest.post(f"/flows/{flow['id']}/resume").status_code == 200

    def kill(self, flow: Mapping[str, Any]) -> None:
        assert self.rest.post(f"/flows/{flow['id']}/kill").status_code == 200

    def stopped(self, wanted: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Waits for an intercepted flow."""
        for _ in range(400):
            found: Sequence[dict[str, Any]] = [flow for flow in self.flows() if flow["intercepted"] and wanted(flow)]
            if found:
                return found[0]
            time.sleep(0.025)
        raise AssertionError(f"no flow was stopped:\n{self.output}")
