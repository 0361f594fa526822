"""`ccr scrub`: nothing that was planted is left in the output's bytes, and all else is as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.test import tflow
from typer.testing import CliRunner

from addon.cli.program import app
from addon.recordings.recording import read
from addon.scrub.texts import Identities, Scrubber
from tests.support.asking import body
from tests.support.inspected import PROVIDER_KEY, made_now, saved
from tests.support.recordings import LOGIN, event, flows_in, message_stream, plain

KEY_IN_TEXT = "sk-ant-api03-AbCdEf0123456789xyz"
KEY_IN_ANSWER = "ghp_0123456789abcdefghij0123456789abcd"
ACCOUNT, DEVICE = "7b1c5a52-90cc-4e1f-a6d2-0d4f7c7c2f10", "ab12" * 16
SESSION = "5e551011-0c1e-4a6b-9d55-6a1d2f0e7b11"
EMAIL = "margarethe.zwirn@example.org"
SECRETS = [
    LOGIN,
    KEY_IN_TEXT,
    KEY_IN_ANSWER,
    ACCOUNT,
    DEVICE,
    EMAIL,
    "mzwirn",
    "Margarethe Zwirn",
    "hunter2-hunter2",
    "org-4711-4711-4711",
]
PROSE = ["Zaubertrank", "Kröte", "Hexenkessel", "dreimal", "umrühren"]
TOOLS = [
    {
        "name": "Brew",
        "description": "Rührt den Zaubertrank um, dreimal.",
        "input_schema": {
            "type": "object",
            "properties": {
                "args": {"type": "string", "description": "Kröte"},
                "times": {"type": "integer"},
                "how": {"type": "string", "enum": ["dreimal", "oft"]},
            },
            "required": ["args"],
        },
    }
]
ASKED = body(
    tools=TOOLS,
    metadata={"user_id": json.dumps({"device_id": DEVICE, "account_uuid": ACCOUNT, "session_id": SESSION})},
    system=[
        {
            "type": "text",
            "text": f"Working directory: /home/mzwirn/hexerei\nGit user: Margarethe Zwirn\nThe user's email is {EMAIL}.",
        }
    ],
    messages=[
        {"role": "user", "content": f"Use {KEY_IN_TEXT} for the Zaubertrank \U0001f438 «Kröte»"},
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "toolu_0", "name": "Brew", "input": {"args": "Kröte", "times": 3, "how": "dreimal"}}
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_0",
                    "content": '-rw-r--r-- mzwirn mzwirn Hexenkessel\n{"password": "hunter2-hunter2"}',
                }
            ],
        },
    ],
)
PIECES = ['{"args": "Krö', "te /home/mzwi", 'rn/kessel", "ti', 'mes": 12, "how": "drei', 'mal"}']


def answer() -> bytes:
    """A key, and words, cut in the middle by the stream's pieces."""
    start = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-8",
        "content": [],
        "usage": {"input_tokens": 9},
    }
    half = len(KEY_IN_ANSWER) // 2
    texts = ["Der Zauber", f"trank: {KEY_IN_ANSWER[:half]}", f"{KEY_IN_ANSWER[half:]} um", "rühren \U0001f9ea"]
    events = [event("message_start", message=start), b": Hexenkessel\n\n"]
    events.append(event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
    events += [event("content_block_delta", index=0, delta={"type": "text_delta", "text": text}) for text in texts]
    events.append(event("content_block_stop", index=0))
    tool = {"type": "tool_use", "id": "toolu_1", "name": "Brew", "input": {}}
    events.append(event("content_block_start", index=1, content_block=tool))
    events += [event("content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": text}) for text in PIECES]
    events.append(event("content_block_stop", index=1))
    events.append(event("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 44}))
    return b"".join((*events, event("message_stop")))


def capture(encoding: str = "") -> http.HTTPFlow:
    made = plain(ASKED, answer(), encoding=encoding)
    assert made.response is not None
    made.response.headers["anthropic-organization-id"] = "org-4711-4711-4711"
    made.response.headers["set-cookie"] = f"session={LOGIN}; Path=/"
    made.comment = "Zaubertrank"
    made.client_conn.peername = ("192.168.77.7", 4444)
    return made


def scrubbed(file: Path, *options: str) -> Path:
    done = CliRunner().invoke(app, ["scrub", str(file), *options])
    assert done.exit_code == 0, done.output
    return Path(done.stdout.strip().splitlines()[-1])


def left(flow_file: Path, words: list[str]) -> list[str]:
    """What is found in the bytes of the file, its bodies decoded, JSON's escapes and a stream's cuts undone."""
    held = flow_file.read_bytes()
    for flow in flows_in(flow_file):
        for message in (flow.request, flow.response):
            held += (message.get_content(strict=False) or b"") if message else b""
    unescaped = json.dumps(held.decode(errors="replace"), ensure_ascii=False) + held.decode(errors="replace")
    unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), unescaped)
    recording = read(flow_file)
    unescaped += "".join(
        f"{each.recorded.text}{each.recorded.tool_calls}{json.dumps(each.request, ensure_ascii=False)}"
        for each in recording.exchanges
    )
    return [word for word in words if word in unescaped]


@pytest.fixture(autouse=True)
def _no_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd"])
def test_no_secret_and_no_word_is_left_of_a_plain_capture(tmp_path: Path, encoding: str) -> None:
    file = saved([capture(encoding)], tmp_path / "a.flows")
    assert set(left(file, SECRETS + PROSE)) >= {*SECRETS, *PROSE} - {"umrühren"}
    out = scrubbed(file, "--prose")
    assert out == tmp_path / "a.scrubbed.flows"
    assert left(out, [*SECRETS, *PROSE, "192.168.77.7"]) == []


def test_without_prose_the_texts_stay_and_the_secrets_go(tmp_path: Path) -> None:
    out = scrubbed(saved([capture()], tmp_path / "a.flows"))
    assert left(out, SECRETS) == []
    assert set(left(out, PROSE)) == set(PROSE)


@pytest.mark.parametrize("options", [(), ("--prose",)])
def test_sizes_structure_numbers_and_tools_stay(tmp_path: Path, options: tuple[str, ...]) -> None:
    file = saved([capture()], tmp_path / "a.flows")
    (before,), (after,) = flows_in(file), flows_in(scrubbed(file, *options))
    assert before.response is not None
    assert after.response is not None
    assert len(after.request.raw_content or b"") == len(before.request.raw_content or b"")
    frames = [len(frame) for frame in (before.response.content or b"").split(b"\n\n")]
    assert [len(frame) for frame in (after.response.content or b"").split(b"\n\n")] == frames
    (old,), (new,) = read(file).exchanges, read(scrubbed(file, *options, "--out", str(tmp_path / "again.flows"))).exchanges
    assert (new.id, new.kind, new.turn, new.session, new.tokens) == (old.id, old.kind, old.turn, old.session, old.tokens)
    assert shape(dict(new.request)) == shape(dict(old.request))
    call, before_call = new.recorded.tool_calls[0], old.recorded.tool_calls[0]
    assert (call.name, call.input["times"], len(call.arguments)) == ("Brew", 12, len(before_call.arguments))
    assert call.input["how"] in new.tools["Brew"]["properties"]["how"]["enum"]
    assert new.tools["Brew"]["required"] == ["args"]
    assert new.tools["Brew"]["properties"]["args"]["type"] == "string"
    assert new.recorded.stop_reason == "tool_use"
    assert (new.recorded.input, new.recorded.output) == (9, 44)
    assert len(new.recorded.text) == len(old.recorded.text)


def shape(value: Any) -> Any:
    """A JSON value's form: names, lengths, numbers."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return len(value) if isinstance(value, str) else value


def test_what_this_addon_recorded_is_read_as_before(tmp_path: Path) -> None:
    flows = made_now(tmp_path)
    file = saved(flows.values(), tmp_path / "ours.flows")
    out = scrubbed(file, "--prose")
    words = ["README", "Forty files", "make run", "look at the history", "日本語", "never fin", PROVIDER_KEY]
    assert set(left(file, words)) >= set(words) - {PROVIDER_KEY}
    assert left(out, words) == []
    before, after = read(file), read(out)
    assert [shape(dict(each.request)) for each in after.exchanges] == [shape(dict(each.request)) for each in before.exchanges]
    for old, new in zip(before.exchanges, after.exchanges, strict=True):
        assert (new.kind, new.turn, new.recorded.choice, new.recorded.cost) == (
            old.kind,
            old.turn,
            old.recorded.choice,
            old.recorded.cost,
        )
        assert (new.recorded.input, new.recorded.total_ms) == (old.recorded.input, old.recorded.total_ms)
        assert [call.name for call in new.recorded.tool_calls] == [call.name for call in old.recorded.tool_calls]
        assert [set(call.input) for call in new.recorded.tool_calls] == [set(call.input) for call in old.recorded.tool_calls]
        assert (new.recorded.error, new.recorded.status) == (old.recorded.error, old.recorded.status)
    assert [len(flow.request.raw_content or b"") for flow in after.flows] == [
        len(flow.request.raw_content or b"") for flow in before.flows
    ]


@pytest.mark.parametrize("piece", ["A", "a.b-c_", "token=", "secret:   ", "/home/", "eyJ", "sk-", "user_a_account_", '"', "a@"])
def test_a_text_of_a_megabyte_takes_no_longer_than_many_short_ones(piece: str) -> None:
    """Quadratic, it would be hours: the test would not end."""
    text = (piece * (1_000_000 // len(piece)))[:1_000_000]
    identities = Identities()
    identities.learn_text(text)
    identities.learn_user_id(text)
    assert len(Scrubber(identities, prose=False).safe(text)) == len(text)


def test_a_key_of_the_config_is_known_whatever_its_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "just.some.words.that.are.a.key"
    config = tmp_path / "config.yaml"
    config.write_text(
        json.dumps(
            {
                "providers": [{"name": "one", "base_url": "http://127.0.0.1:1/v1", "api_key": key, "models": ["m"]}],
                "router": {"default": "one,m"},
            }
        )
    )
    monkeypatch.setenv("CCR_CONFIG", str(config))
    asked = body(messages=[{"role": "user", "content": f"The key is {key}"}])
    out = scrubbed(saved([plain(asked, message_stream())], tmp_path / "a.flows"))
    assert left(out, [key]) == []


def test_bodies_that_are_no_json_are_scrubbed_too(tmp_path: Path) -> None:
    page = plain(
        b"<p>Zaubertrank, sk-ant-api03-AbCdEf0123456789xyz</p>",
        {"error": {"message": "Kröte"}},
        status=500,
        url="https://x.example/login",
    )
    cut = plain(b'{"model": "m", "messages": [{"role": "user", "content": "Zaubertrank', None)
    tcp = tflow.ttcpflow()
    file = saved([page, cut, tcp], tmp_path / "odd.flows")
    done = CliRunner().invoke(app, ["scrub", str(file), "--prose"])
    assert "left out what is no HTTP request: 1" in done.output
    out = tmp_path / "odd.scrubbed.flows"
    assert left(out, [*PROSE, KEY_IN_TEXT, LOGIN]) == []
    assert [len(flow.request.raw_content or b"") for flow in flows_in(out)] == [
        len(page.request.raw_content or b""),
        len(cut.request.raw_content or b""),
    ]


def test_nothing_is_overwritten_unless_that_is_asked_for(tmp_path: Path) -> None:
    file = saved([capture()], tmp_path / "a.flows")
    source = file.read_bytes()
    out = scrubbed(file)
    again = CliRunner().invoke(app, ["scrub", str(file)])
    assert (again.exit_code, "is there already; hint: name another file with --out" in again.output) == (1, True)
    itself = CliRunner().invoke(app, ["scrub", str(file), "--out", str(file)])
    assert "hint: --in-place replaces the recording itself" in itself.output
    assert file.read_bytes() == source
    assert scrubbed(file, "--in-place") == file
    assert left(file, SECRETS) == []
    assert flows_in(file)[0].get_state() == flows_in(out)[0].get_state()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.flows", "a.scrubbed.flows"]


def test_of_a_damaged_file_the_readable_part_is_scrubbed_but_never_in_place(tmp_path: Path) -> None:
    whole = saved([capture(), capture()], tmp_path / "whole.flows").read_bytes()
    file = tmp_path / "cut.flows"
    file.write_bytes(whole[: len(whole) * 3 // 4])
    in_place = CliRunner().invoke(app, ["scrub", str(file), "--in-place"])
    assert (in_place.exit_code, "damaged after 1 flow" in in_place.output) == (1, True)
    assert file.stat().st_size == len(whole) * 3 // 4
    done = CliRunner().invoke(app, ["scrub", str(file)])
    assert (done.exit_code, "damaged after 1 flow" in done.output) == (0, True)
    assert len(flows_in(tmp_path / "cut.scrubbed.flows")) == 1


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"no flows", "is not a file of mitmproxy's flows"), (None, "does not exist")]
)
def test_what_is_no_recording_is_said_in_a_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "a.flows"
    if content is not None:
        file.write_bytes(content)
    done = CliRunner().invoke(app, ["scrub", str(file)])
    assert (done.exit_code, words in done.output, "hint: " in done.output) == (1, True, True)
    assert not (tmp_path / "a.scrubbed.flows").exists()
