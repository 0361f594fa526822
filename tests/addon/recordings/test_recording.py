"""Reading recordings: of this addon and of mitmproxy alone, whole, damaged, and what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from addon.recordings.recording import RecordingError, read
from tests.support.asking import body
from tests.support.inspected import AGENT, SESSION, made_now, saved
from tests.support.recordings import LOGIN, SENT_AT, event, message_stream, plain

SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}}
TOOLS = [
    {"name": "Bash", "input_schema": SCHEMA},
    {"type": "web_search_20250305", "name": "web_search"},
]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ours")
    return saved(made_now(folder).values(), folder / "ours.flows")


def one(tmp_path: Path, flow: http.HTTPFlow) -> Any:
    (exchange,) = read(saved([flow], tmp_path / "one.flows")).exchanges
    return exchange


def test_what_this_addon_recorded(ours: Path) -> None:
    recording = read(ours)
    assert (dict(recording.skipped), recording.broken, len(recording.flows)) == ({}, "", 6)
    first, second, refused, broken, whole, unknown = recording.exchanges
    assert (first.kind, first.session, first.agent, first.turn, first.path) == (
        "main",
        SESSION,
        "",
        "2.1",
        "/v1/messages?beta=true",
    )
    assert (second.kind, second.agent) == ("subagent", AGENT)
    assert "Bash" in first.tools
    answer = first.recorded
    assert (answer.choice, answer.stop_reason, answer.input, answer.cache_read, answer.output) == (
        "acme,kimi-k2",
        "tool_use",
        1400,
        20000,
        312,
    )
    assert answer.text == "I'll read, look and write."
    assert answer.thinking.startswith("The user wants the README.")
    assert [(call.name, call.repaired) for call in answer.tool_calls] == [("Read", False), ("Bash", False), ("Write", True)]
    assert answer.tool_calls[2].input["mode"] == "w"
    assert answer.cost == pytest.approx((1400 * 0.5 + 312 * 2 + 20000 * 0.05) / 1e6)
    assert (refused.recorded.error, refused.recorded.status) == ("invalid_request_error", 400)
    assert (broken.recorded.error, broken.recorded.stop_reason, broken.recorded.text) == (
        "api_error",
        "",
        "This answer is never fin",
    )
    assert (whole.recorded.stop_reason, whole.recorded.text) == ("max_tokens", "All of it at once.")
    assert (unknown.recorded.error, unknown.recorded.choice) == ("not_found_error", "none,none")


def test_ids_stay_the_same_and_differ_even_in_joined_files(ours: Path, tmp_path: Path) -> None:
    ids = [each.id for each in read(ours).exchanges]
    assert ids == [each.id for each in read(ours).exchanges]
    twice = tmp_path / "twice.flows"
    twice.write_bytes(ours.read_bytes() * 2)
    assert [each.id for each in read(twice).exchanges] == [*ids, *(f"{each}#2" for each in ids)]
    assert [each.id for each in read(twice, kinds=("subagent",)).exchanges] == [ids[1], f"{ids[1]}#2"]


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd", "deflate"])
def test_a_plain_capture_of_a_stream(tmp_path: Path, encoding: str) -> None:
    asked = body(tools=TOOLS, model="claude-opus-4-8")
    exchange = one(tmp_path, plain(asked, message_stream("Look.", call='{"command": "ls"}'), encoding=encoding))
    answer = exchange.recorded
    assert (answer.choice, answer.text, answer.stop_reason, answer.error) == (
        "anthropic,claude-opus-4-8",
        "Look.",
        "tool_use",
        "",
    )
    assert [(call.name, call.arguments, call.input) for call in answer.tool_calls] == [
        ("Bash", '{"command": "ls"}', {"command": "ls"})
    ]
    assert (answer.input, answer.output, answer.cache_read, answer.cache_write, answer.usage_estimated) == (20, 7, 100, 5, False)
    assert (answer.first_ms, answer.total_ms) == (800.0, 2500.0)
    assert answer.cost is not None
    assert (exchange.at, exchange.turn, exchange.session[:8]) == (SENT_AT, "1.1", "5e551011")
    assert exchange.tools == {"Bash": SCHEMA, "web_search": {}}
    assert LOGIN not in json.dumps(dict(exchange.headers))


def test_a_plain_capture_of_a_whole_message_at_another_host(tmp_path: Path) -> None:
    message = {
        "type": "message",
        "model": "kimi",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Yes."}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 2},
    }
    url = "https://gateway.example:8443/anthropic/v1/messages?beta=true"
    exchange = one(tmp_path, plain(body(stream=False), message, url=url))
    assert (exchange.path, exchange.recorded.choice) == ("/v1/messages?beta=true", "gateway.example,kimi")
    assert (exchange.recorded.text, exchange.recorded.thinking, exchange.recorded.cost) == ("Yes.", "Hm.", None)


@pytest.mark.parametrize(
    ("flow", "error", "words"),
    [
        (
            plain(None, {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, status=529),
            "overloaded_error",
            "busy",
        ),
        (plain(None, message_stream().partition(b"event: message_delta")[0]), "api_error", "ended without"),
        (
            plain(
                None,
                message_stream().partition(b"event: message_delta")[0]
                + event("error", error={"type": "overloaded_error", "message": "Overloaded"}),
            ),
            "overloaded_error",
            "Overloaded",
        ),
    ],
)
def test_an_answer_that_failed_says_so(tmp_path: Path, flow: http.HTTPFlow, error: str, words: str) -> None:
    answer = one(tmp_path, flow).recorded
    assert (answer.error, words in answer.message, answer.stop_reason) == (error, True, ""), answer


def test_a_body_whose_coding_is_damaged_is_an_answer_that_broke_off(tmp_path: Path) -> None:
    flow = plain(None, message_stream(), encoding="gzip")
    assert flow.response is not None
    assert flow.response.raw_content is not None
    flow.response.raw_content = flow.response.raw_content[:-30]
    assert one(tmp_path, flow).recorded.error == "api_error"


def test_broken_arguments_are_kept_as_they_came(tmp_path: Path) -> None:
    (call,) = one(tmp_path, plain(None, message_stream(call='{"command": '))).recorded.tool_calls
    assert (call.arguments, call.input) == ('{"command": ', None)


def test_what_is_no_model_call_is_counted_by_its_reason(tmp_path: Path) -> None:
    flows = [
        plain(),
        plain(None, None),
        plain(url="https://api.anthropic.com/v1/messages/count_tokens?beta=true"),
        plain(url="https://api.anthropic.com/v1/messages", method="GET"),
        plain(url="https://example.com/login"),
        plain(b'{"model": 7}'),
        plain(url="http://127.0.0.1:1/v1/messages"),
        tflow.ttcpflow(),
        tflow.twebsocketflow(),
    ]
    recording = read(saved(flows, tmp_path / "mixed.flows"))
    assert len(recording.exchanges) == 1
    assert dict(recording.skipped) == {
        "no answer was recorded": 1,
        "count_tokens": 1,
        "not a model call": 4,
        "no valid Messages request": 1,
        "answered by the router itself": 1,
    }


def test_flows_are_chosen_by_filter_and_by_kind(ours: Path) -> None:
    assert [each.kind for each in read(ours, kinds=("subagent",)).exchanges] == ["subagent"]
    chosen = read(ours, select='~comment "acme,whole"')
    assert ([each.recorded.choice for each in chosen.exchanges], chosen.skipped) == (["acme,whole"], {"not selected": 5})
    with pytest.raises(RecordingError, match=r"is not a filter.*hint: "):
        read(ours, select="~~(")
    with pytest.raises(RecordingError, match="`mian` is not a kind of request; hint: did you mean `main`"):
        read(ours, kinds=("mian",))


def test_a_truncated_file_gives_what_was_readable(ours: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.flows"
    cut.write_bytes(ours.read_bytes()[:-100])
    recording = read(cut)
    assert len(recording.exchanges) == 5
    assert recording.broken == f"`{cut}` is damaged after 5 flows (its end is missing or is no flow); what was readable is used"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty: nothing was recorded"),
        (b"hello", "is not a file of mitmproxy's flows"),
        (bytes(range(256)), "is not a file of mitmproxy's flows"),
        (b"99999999999:", "is not a file of mitmproxy's flows"),
        (b'{"log": {"entries": []}}', "is JSON, not a file of mitmproxy's flows"),
    ],
)
def test_what_is_no_recording_is_an_error_with_a_hint(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "odd.flows"
    file.write_bytes(content)
    with pytest.raises(RecordingError, match=words) as error:
        read(file)
    assert "hint: " in str(error.value)


def test_a_missing_file_and_a_directory_are_errors_too(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="does not exist; hint: "):
        read(tmp_path / "none.flows")
    with pytest.raises(RecordingError, match="is a directory; hint: "):
        read(tmp_path)


def test_a_record_of_the_first_version_is_read_and_one_of_the_future_is_counted(ours: Path, tmp_path: Path) -> None:
    flows = list(read(ours).flows[:2])
    old = flows[0].metadata["ccr"]
    from addon import record

    first = record.current(flows[0])
    assert first is not None
    flows[0].metadata["ccr"] = {
        **{name: first[name] for name in old if name not in ("turn", "params", "notes", "edited")},
        "version": 1,
    }
    flows[1].metadata["ccr"]["version"] = 999
    recording = read(saved(flows, tmp_path / "versions.flows"))
    (exchange,) = recording.exchanges
    assert (exchange.kind, exchange.turn, len(exchange.recorded.tool_calls)) == ("main", "2.1", 3)
    (reason,) = recording.skipped
    assert "its record cannot be read: this flow's record has version 999" in reason
