"""`ccr record` with the real client, then the recording in the place of every provider: `mitmdump -S`."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from addon.recordings.recording import read
from tests.e2e.sessions import EVERYTHING, UNICODE
from tests.fakes.chat_fake import KEY, ChatFake
from tests.support.claude import RUN_SECONDS, TOKEN, base_url, run_client
from tests.support.provider import closed_port
from tests.support.recordings import flows_in
from tests.support.router import ROOT, Router


def config(url: str) -> dict[str, Any]:
    provider = {"name": "fake", "base_url": url, "api_key": KEY, "models": ["big"]}
    return {"providers": [provider], "router": {"default": "fake,big"}, "retry": {"attempts": 1}, "APIKEY": TOKEN}


@dataclass(frozen=True)
class Recorded:
    file: Path
    work: Path
    done: subprocess.CompletedProcess[str]


def environment(client: Path, home: Path, settings: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "IS_SANDBOX": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_PATH": str(client),
        "CCR_CONFIG": str(settings),
    }


@pytest.fixture(scope="module")
def recorded(client: Path, chat_server: ChatFake, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    place = tmp_path_factory.mktemp("recorded")
    work, home, settings = place / "work", place / "home", place / "config.json"
    work.mkdir()
    home.mkdir()
    settings.write_text(json.dumps(config(chat_server.base_url)), encoding="utf-8")
    file = place / "50% of a session.flows"
    prompt = EVERYTHING.prompt.replace("{work}", str(work))
    command = [sys.executable, "-m", "addon.cli.main", "record", "--out", str(file)]
    command += ["--", "-p", prompt, "--output-format", "json", "--dangerously-skip-permissions"]
    env = environment(client, home, settings) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    return Recorded(file, work, done)


def test_one_command_records_a_session(recorded: Recorded) -> None:
    done = recorded.done
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["result"] == UNICODE  # stdout is the client's alone
    assert (recorded.work / "eins").read_text(encoding="utf-8") == "eins: ä\n"
    recording = read(recorded.file)
    assert {each.kind for each in recording.exchanges} >= {"main"}
    assert all(each.recorded.choice == "fake,big" and not each.recorded.error for each in recording.exchanges)
    assert f"{len(recording.exchanges)} requests to a model in {recorded.file}" in done.stderr
    assert f"ccr replay '{recorded.file}' --model provider,model" in done.stderr
    assert recorded.file.stat().st_mode & 0o077 == 0
    held = recorded.file.read_bytes()
    assert TOKEN.encode() not in held
    assert KEY.encode() not in held


def test_the_recording_answers_the_client_without_any_provider(recorded: Recorded, client: Path, tmp_path: Path) -> None:
    nobody = config(f"http://127.0.0.1:{closed_port()}/v1")
    saved = tmp_path / "offline.flows"
    options = ("-S", str(recorded.file), "--set", "server_replay_extra=404", "--set", "keepserving=true", "-w", str(saved))
    with Router(nobody, tmp_path, options=options) as router:
        # The script in the prompt names another folder than the recorded answers, which are given as they are.
        for name in ("eins", "zwei"):
            (recorded.work / name).unlink()
        run = run_client(client, EVERYTHING.prompt, env=base_url(router.url))
    assert (run.result, run.is_error) == (UNICODE, False), router.output
    assert (recorded.work / "zwei").read_text(encoding="utf-8") == '{"a": [1, "zwei"]}\n'
    given = [flow for flow in flows_in(saved) if "ccr" in flow.metadata]
    assert {flow.is_replay for flow in given} == {"response"}
    before = read(recorded.file)
    for flow, exchange in zip(given, read(saved).exchanges, strict=True):
        kept = flow.metadata["ccr"]
        assert kept["reason"].endswith("; answered from a recording")
        assert (kept["attempts"], kept["cost"], kept["error"]) == ([], 0.0, None)
        same = [each for each in before.exchanges if (each.kind, each.turn) == (exchange.kind, exchange.turn)]
        assert exchange.recorded.text in [each.recorded.text for each in same]
        assert exchange.recorded.tool_calls in [each.recorded.tool_calls for each in same]


def recording_of(script: str, tmp_path: Path, *args: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    """`ccr record` with a program in the client's place."""
    program, settings = tmp_path / "claude", tmp_path / "config.json"
    program.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    program.chmod(0o755)
    settings.write_text(json.dumps(config(f"http://127.0.0.1:{closed_port()}/v1")), encoding="utf-8")
    env = environment(program, tmp_path, settings) | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "addon.cli.main", "record", *args], cwd=cwd or tmp_path, env=env, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


SAYS_ARGV = "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ['ANTHROPIC_AUTH_TOKEN']])); sys.exit(7)"


@pytest.mark.parametrize("written", [(), ("claude",)])
def test_arguments_status_and_key_are_passed_on_and_an_empty_recording_is_removed(
    tmp_path: Path, written: tuple[str, ...]
) -> None:
    odd = ["-p", "a  b $HOME `x` 'q' \"d\" \\ *", "--", "", "--version"]
    process = recording_of(SAYS_ARGV, tmp_path, "--", *written, *odd)
    told, errors = process.communicate(timeout=60)
    assert (process.returncode, json.loads(told)) == (7, [odd, TOKEN]), errors
    assert "nothing was recorded, and no file is left" in errors
    assert not list(tmp_path.glob("*.flows"))


def test_a_signal_reaches_the_client_and_the_router_goes_with_it(tmp_path: Path) -> None:
    script = "import os, signal, time\nopen('ready', 'w').write(os.environ['ANTHROPIC_BASE_URL'])\ntime.sleep(60)"
    process = recording_of(script, tmp_path)
    deadline = time.monotonic() + 60
    ready = tmp_path / "ready"
    while not (ready.exists() and ready.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, errors
    port = int(ready.read_text().rpartition(":")[2])
    assert not listens(port)


WAITS = """
import os, time, urllib.request
body = b'{"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "%s"}]}' % (b"Hello. " * 3000)
asked = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", body, {"authorization": "Bearer KEY"})
try: urllib.request.urlopen(asked)
except OSError: pass
time.sleep(60)
""".replace("KEY", TOKEN)


def test_a_recording_that_finds_no_room_is_ended_with_the_reason(tmp_path: Path) -> None:
    """mitmproxy ends where it cannot write; the client would ask nobody for minutes."""
    process = recording_of(WAITS, tmp_path, "--out", str(tmp_path / "r.flows"))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (8000, 8000))  # of each file, as if the disk were full then
    _, errors = process.communicate(timeout=50)
    assert process.returncode == 1
    assert re.search(r"ccr record: the router ended, so the client was ended too: .*r\.flows: \[Errno \d+\] .*; hint: ", errors)
    assert "Traceback" not in errors


def listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.flows").write_bytes(b"precious")
    process = recording_of(SAYS_ARGV, tmp_path, "--out", str(tmp_path / "mine.flows"))
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, "is there already; hint: name another file" in errors) == (1, True)
    assert (tmp_path / "mine.flows").read_bytes() == b"precious"


def test_without_a_client_or_with_a_wrong_config_there_is_a_sentence_and_no_file(tmp_path: Path) -> None:
    process = recording_of(SAYS_ARGV, tmp_path, "--config", "nothing.json")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "nothing.json" in errors
    assert "Traceback" not in errors
    (tmp_path / "claude").unlink(missing_ok=True)
    assert not list(tmp_path.glob("*.flows"))
