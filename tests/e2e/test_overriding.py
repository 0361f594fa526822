"""What is said of the user's Claude settings is what the real client does with them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from addon.client.environment import client_environment
from addon.client.overriding import overrides
from tests.support.claude import RUN_SECONDS

REFUSAL = b'{"type": "error", "error": {"type": "invalid_request_error", "message": "enough"}}'


class Listener(ThreadingHTTPServer):
    """Notes that a model was asked for, and refuses it in a way that ends the client's session."""

    daemon_threads = True

    def __init__(self, asked: threading.Event) -> None:
        super().__init__(("127.0.0.1", 0), Refusing)
        self.reached, self.asked = False, asked
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Refusing(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if "/v1/messages" in self.path:
            self.server.reached = True
            self.server.asked.set()
        self._refuse(400)

    def do_CONNECT(self) -> None:  # the client's own errands elsewhere
        self._refuse(502)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)


class Scene:
    """A router's address, another one and a proxy's, and a user with a home and a project."""

    def __init__(self, folder: Path) -> None:
        self.home, self.work = folder / "home", folder / "work"
        for each in (self.home, self.work):
            (each / ".claude").mkdir(parents=True)
        self._asked = threading.Event()
        self.router, self.other, self.proxy = (Listener(self._asked) for _ in range(3))

    def close(self) -> None:
        for each in (self.router, self.other, self.proxy):
            each.shutdown()
            each.server_close()

    def filled(self, value: Any) -> Any:
        """JSON with the addresses in it."""
        text = json.dumps(value).replace("OTHER", self.other.url).replace("PROXY_URL", self.proxy.url)
        return json.loads(text.replace("ROUTER", self.router.url))

    def asks_the_router(self, client: Path, env: Mapping[str, str], args: list[str]) -> bool:
        """Whether the first to be asked for a model is the router."""
        command = [str(client), "-p", "hello", *args]
        process = subprocess.Popen(command, cwd=self.work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            assert self._asked.wait(RUN_SECONDS), "the client asked nobody"
            return self.router.reached
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    it = Scene(tmp_path)
    yield it
    it.close()


CASES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "global": {"~/.claude.json": {"env": {"ANTHROPIC_BASE_URL": "OTHER"}}},
    "user": {"~/.claude/settings.json": {"env": {"ANTHROPIC_BASE_URL": "OTHER"}}},
    "project": {"./.claude/settings.json": {"env": {"ANTHROPIC_BASE_URL": "OTHER"}}},
    "local goes before project": {
        "./.claude/settings.json": {"env": {"ANTHROPIC_BASE_URL": "OTHER"}},
        "./.claude/settings.local.json": {"env": {"ANTHROPIC_BASE_URL": "ROUTER"}},
    },
    "project goes before user": {
        "~/.claude/settings.json": {"env": {"ANTHROPIC_BASE_URL": "ROUTER"}},
        "./.claude/settings.json": {"env": {"ANTHROPIC_BASE_URL": "OTHER"}},
    },
    "command line": {"args": ["--settings", '{"env": {"ANTHROPIC_BASE_URL": "OTHER"}}']},
    "sources": {
        "~/.claude/settings.json": {"env": {"ANTHROPIC_BASE_URL": "OTHER"}},
        "args": ["--setting-sources", "project"],
    },
    "a cloud": {"~/.claude/settings.json": {"env": {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_BASE_URL": "OTHER"}}},
    "a cloud switched off": {"~/.claude/settings.json": {"env": {"CLAUDE_CODE_USE_FOUNDRY": "0"}}},
    "proxy": {"~/.claude/settings.json": {"env": {"HTTPS_PROXY": "PROXY_URL", "HTTP_PROXY": "PROXY_URL"}}},
    "proxy without exceptions": {"~/.claude/settings.json": {"env": {"HTTP_PROXY": "PROXY_URL", "no_proxy": "other.example"}}},
    "proxy, the weaker list": {"~/.claude/settings.json": {"env": {"HTTP_PROXY": "PROXY_URL", "NO_PROXY": "other.example"}}},
    "credentials": {"~/.claude/settings.json": {"apiKeyHelper": "echo key", "env": {"ANTHROPIC_API_KEY": "key"}}},
}


@pytest.mark.parametrize("name", CASES)
def test_the_client_does_what_is_said_of_it(scene: Scene, client: Path, name: str) -> None:
    case = scene.filled(CASES[name])
    args = case.pop("args", [])
    for place, content in case.items():
        (scene.home if place[0] == "~" else scene.work).joinpath(place[2:]).write_text(json.dumps(content))
    base = {"PATH": "/usr/bin:/bin", "HOME": str(scene.home), "DISABLE_AUTOUPDATER": "1", "ANTHROPIC_FOUNDRY_API_KEY": "key"}
    env = client_environment(scene.router.url, base=base)
    said = overrides(env, args, cwd=scene.work, managed=scene.home / "managed")
    assert scene.asks_the_router(client, env, args) is (said == []), [str(each) for each in said]


@pytest.mark.parametrize("switch", ["CLAUDE_CODE_USE_FOUNDRY", "nothing"])
def test_a_switch_of_the_shell_leads_elsewhere_unless_it_is_taken_out(scene: Scene, client: Path, switch: str) -> None:
    base = {"PATH": "/usr/bin:/bin", "HOME": str(scene.home), "DISABLE_AUTOUPDATER": "1", "ANTHROPIC_FOUNDRY_API_KEY": "key"}
    base |= {"ANTHROPIC_FOUNDRY_BASE_URL": scene.other.url, "CLAUDE_CODE_USE_FOUNDRY": "1"}
    env = client_environment(scene.router.url, base=base)
    if switch in base:
        env[switch] = base[switch]
    assert scene.asks_the_router(client, env, []) is (switch not in base)
