"""`ccr ci` with a strict fake provider behind it, and a program that asks as a client does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addon.service.processes import identity
from tests.fakes.chat_fake import KEY, ChatFake
from tests.fakes.fake import Fault
from tests.support.own_terminal import OwnTerminal
from tests.support.service import CCR, wait_until
from tests.support.stand_in import stand_in

ASK = """
import json, os, sys, urllib.request
for prompt in sys.argv[1:]:
    body = {"model": "claude-opus-4-8", "max_tokens": 100, "messages": [{"role": "user", "content": prompt}]}
    request = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", json.dumps(body).encode())
    request.add_header("authorization", "Bearer " + os.environ["ANTHROPIC_AUTH_TOKEN"])
    request.add_header("content-type", "application/json")
    try:
        print(json.load(urllib.request.urlopen(request))["content"][0]["text"], flush=True)
    except urllib.error.HTTPError as error:
        print(error.code, flush=True)
"""


class Place:
    """A folder with a config that leads to a fake provider, in an environment without a home that can be written to."""

    def __init__(self, folder: Path, fake: ChatFake) -> None:
        self.folder, self.temporary = folder / "work", folder / "tmp"
        for each in (self.folder, self.temporary):
            each.mkdir()
        (self.folder / "ask.py").write_text(ASK)
        self.env = {"PATH": os.environ["PATH"], "HOME": "/proc/no-home", "LANG": "C.UTF-8", "TMPDIR": str(self.temporary)}
        self.configure(fake)

    def configure(self, fake: ChatFake, **more: Any) -> None:
        info = {"strong": {"price": {"input": 1, "output": 2}}}
        providers = [
            {"name": "one", "base_url": fake.base_url, "api_key": "$ONE_KEY", "models": ["strong"], "model_info": info},
            {"name": "two", "base_url": fake.base_url, "api_key": "$ONE_KEY", "models": ["spare"]},
        ]
        config = {"providers": providers, "router": {"default": "one,strong"}, "fallback": ["two,spare"], **more}
        (self.folder / ".ccr.yaml").write_text(json.dumps(config))
        self.env["ONE_KEY"] = KEY

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(CCR), "ci", *words], cwd=self.folder, env=self.env | env, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip

    def open(self, *words: str, **env: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "said").open("wb")
        with log:
            return subprocess.Popen([str(CCR), "ci", *words], cwd=self.folder, env=self.env | env, stdout=log, stderr=log)

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text()

    def clean(self) -> bool:
        """Whether nothing was left behind: no temporary file, and no process that was started with ours."""
        return not list(self.temporary.iterdir()) and not self.processes()

    def processes(self) -> list[int]:
        """Processes that have this place's folder for temporary files in their environment."""
        names = (each.name for each in Path("/proc").glob("[0-9]*"))
        mark = f"TMPDIR={self.temporary}\0".encode()
        return [pid for pid in map(int, names) if mark in environ(pid)]


def environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() if identity(pid) else b""
    except OSError:
        return b""


@pytest.fixture(scope="module")
def server() -> Iterator[ChatFake]:
    with ChatFake() as fake:
        yield fake


@pytest.fixture
def fake(server: ChatFake) -> ChatFake:
    server.reset()
    return server


@pytest.fixture
def place(tmp_path: Path, fake: ChatFake) -> Place:
    return Place(tmp_path, fake)


ask = ("--", sys.executable, "ask.py")


def test_a_command_asks_through_a_router_of_its_own(place: Place, fake: ChatFake) -> None:
    log, page = place.folder / "log" / "decisions.jsonl", place.folder / "page.md"
    log.parent.mkdir()
    log.write_text('{"an": "earlier line"}\n')
    page.write_text("before\n")
    done = place.run("--log", str(log), *ask, "hello", "again", GITHUB_STEP_SUMMARY=str(page), ANTHROPIC_API_KEY="sk-own")
    assert (done.returncode, done.stdout) == (0, "Done.\nDone.\n"), done.stderr
    assert fake.complaints == []
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line.get("provider") for line in lines] == [None, "one", "one"]
    assert all(line["reason"] and line["attempts"] for line in lines[1:])
    assert "2 requests, 0 failed" in done.stderr
    assert done.stderr.count("→ one,strong") == 2
    assert "ANTHROPIC_API_KEY is set in this shell and was not passed on" in done.stderr
    assert page.read_text().startswith("before\n### ccr: 2 requests, 0 failed")
    assert "| one,strong | 2 | 0 |" in page.read_text()
    assert KEY not in done.stderr + page.read_text() + log.read_text()
    assert place.clean()


def test_retries_and_fallbacks_are_done_and_counted(place: Place, fake: ChatFake) -> None:
    place.configure(fake, retry={"attempts": 2, "backoff": 0.01})
    fake.fail(Fault("status", 503), model="strong", times=2)
    done = place.run(*ask, "hello")
    assert done.stdout == "Done.\n"
    assert "1 retry, 1 fallback" in done.stderr
    assert "one 503 → one 503 → two,spare ok" in done.stderr


def test_what_fails_for_good_is_said(place: Place, fake: ChatFake) -> None:
    fake.fail(Fault("status", 400, b'{"error": {"message": "no such thing"}}'))
    done = place.run(*ask, "hello")
    assert done.stdout == "400\n"
    assert "1 request, 1 failed" in done.stderr
    assert "one,strong: 400 invalid_request_error" in done.stderr


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 9", 9), ("kill -KILL $$", 137), ("kill -TERM $$", 143)])
def test_its_exit_status_is_ours(place: Place, script: str, status: int) -> None:
    done = place.run("--", "sh", "-c", script)
    assert done.returncode == status
    assert "no request came through the router" in done.stderr
    assert place.clean()


def test_every_argument_is_the_command_s_and_its_output_is_all_of_stdout(place: Place) -> None:
    program = stand_in(place.folder / "bin", "program")
    done = place.run("--", str(program.path), "--log", "x", "--", "$(x)", "two\nlines", "", DO="say")
    assert program.report["argv"][1:] == [b"--log", b"x", b"--", b"$(x)", b"two\nlines", b""]
    assert done.stdout == "said on stdout\n"


def test_signals_are_passed_on_and_nothing_is_left(place: Place) -> None:
    program = stand_in(place.folder / "bin", "program")
    process = place.open("--", str(program.path), DO="wait 3")
    for count, number in enumerate((signal.SIGINT, signal.SIGUSR1, signal.SIGTERM)):
        wait_until(lambda count=count: program.report_file.exists() and len(program.report["got"]) == count)  # type: ignore[misc]
        process.send_signal(number)
    assert process.wait(30) == 40 + signal.SIGTERM
    assert program.report["got"] == [signal.SIGINT, signal.SIGUSR1, signal.SIGTERM]
    assert place.clean()


def test_a_command_that_does_not_end_is_killed(place: Place) -> None:
    program = stand_in(place.folder / "bin", "program")
    process = place.open("--", str(program.path), DO="stay")
    wait_until(program.report_file.exists)
    process.terminate()
    assert process.wait(30) == 137
    assert "did not end within" in place.said
    assert place.clean()


def test_at_a_terminal_ctrl_c_reaches_it_once(place: Place) -> None:
    program = stand_in(place.folder / "bin", "program")
    with OwnTerminal([str(CCR), "ci", "--", str(program.path)], place.folder, place.env | {"DO": "wait 1"}) as terminal:
        terminal.wait_for("ready")
        assert program.report["tty"] == [True] * 3
        terminal.type("\x03")
        assert terminal.ended() == 40 + signal.SIGINT
    assert program.report["got"] == [signal.SIGINT]
    assert place.clean()


def test_the_router_ends_with_us_even_if_we_are_killed(place: Place) -> None:
    process = place.open("--", "sleep", "1000")
    wait_until(lambda: "router at" in place.said and len(place.processes()) == 3)
    process.kill()
    process.wait()
    wait_until(lambda: len(place.processes()) == 1)
    (left,) = place.processes()
    assert b"sleep" in Path(f"/proc/{left}/cmdline").read_bytes()  # nobody can end that any more
    os.kill(left, signal.SIGKILL)


def test_a_command_whose_router_is_gone_is_ended(place: Place) -> None:
    process = place.open("--", "sleep", "1000")
    wait_until(lambda: "router at" in place.said and len(place.processes()) == 3)
    (router,) = [pid for pid in place.processes() if b"addon.child.program" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(router, signal.SIGKILL)
    assert process.wait(30) == 1
    assert "the router ended" in place.said
    assert place.clean()


def test_an_end_before_the_beginning(place: Place) -> None:
    process = place.open("--", "touch", "begun")
    wait_until(lambda: list(place.temporary.iterdir()))
    process.terminate()
    assert process.wait(30) == 143
    assert not (place.folder / "begun").exists()
    assert place.clean()


def test_two_at_once_do_not_meet(place: Place, fake: ChatFake) -> None:
    done: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda: done.append(place.run(*ask, "hello"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.stdout for each in done] == ["Done.\n"] * 2
    assert all("1 request, 0 failed" in each.stderr for each in done)
    assert fake.complaints == []


@pytest.mark.parametrize(
    ("words", "env", "status", "said"),
    [
        (("--", "no-such-program"), {}, 127, "no program `no-such-program`"),
        (("--log", "/nowhere/log", "--", "true"), {}, 1, "/nowhere/log: No such file"),
        (("--config", "nobody", "--", "true"), {}, 1, "there is no such file"),
        (("--", "true"), {"CCR_CONFIG": "missing.yaml"}, 1, "`CCR_CONFIG` names it"),
        ((), {}, 2, "Usage: ccr ci"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_runs(
    place: Place, words: tuple[str, ...], env: dict[str, str], status: int, said: str
) -> None:
    done = place.run(*words, **env)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert place.clean()


def test_a_variable_that_the_job_forgot_is_named(place: Place) -> None:
    del place.env["ONE_KEY"]
    done = place.run("--", "true")
    assert done.returncode == 1
    assert "the environment variable `ONE_KEY` is not set" in done.stderr
    assert "hint: export ONE_KEY=" in done.stderr


def test_a_page_that_cannot_be_written_changes_nothing(place: Place) -> None:
    done = place.run("--", "true", GITHUB_STEP_SUMMARY="/nowhere/page.md")
    assert done.returncode == 0
    assert "cannot write $GITHUB_STEP_SUMMARY" in done.stderr
