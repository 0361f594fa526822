from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pydantic_core import from_json

from addon.routing.tag import subagent_tag
from tests.support.routing import asked, assistant, captured, system, user
from translators.contract import Request

TAG = "<CCR-SUBAGENT-MODEL>prov,vendor/model</CCR-SUBAGENT-MODEL>"


def tagged(request: Request, *, is_subagent: bool = True) -> tuple[str, Request] | None:
    before = copy.deepcopy(request.body)
    found = subagent_tag(request, is_subagent=is_subagent)
    assert request.body == before
    if found is None:
        return None
    assert from_json(found.request.raw) == found.request.body
    assert found.request.headers == request.headers
    return found.model, found.request


def test_without_a_tag_there_is_nothing_to_say() -> None:
    assert tagged(captured("subagent_first_turn")) is None


@pytest.mark.parametrize(
    ("field", "value", "without"),
    [
        ("system", f"{TAG}Find files.", "Find files."),
        ("system", f"You search. {TAG} Be quick.", "You search.  Be quick."),
        (
            "system",
            [
                {"type": "text", "text": "billing"},
                {"type": "text", "text": f"a\n{TAG}\nb", "cache_control": {"type": "ephemeral"}},
            ],
            None,
        ),
        ("messages", [{"role": "user", "content": f"{TAG}go"}], None),
        ("messages", [user("<system-reminder>x</system-reminder>", f"\n {TAG} go")], None),
        ("messages", [user("hi"), system(f"agents\n{TAG}\nmore"), assistant("ok")], None),
        ("messages", [user("hi"), user(f"{TAG}go")], None),
    ],
)
def test_the_tag_is_found_and_cut_out(field: str, value: Any, without: Any) -> None:
    fields = {"messages": [user("x")], field: value}
    found = tagged(asked(**fields))
    assert found is not None
    assert found[0] == "prov,vendor/model"
    cut = json.loads(json.dumps(value).replace(TAG, ""))
    assert found[1].body[field] == (without if without is not None else cut)


def test_the_other_bytes_stay_as_they_are() -> None:
    raw = (
        b'{ "model":"claude-x",\n "messages":[{"content":[{"text":"\\u0068i '
        + TAG.encode()
        + b' \xc3\xa9 1.0","type":"text"}],"role":"user"}],"n":1.50}'
    )
    found = tagged(Request(raw, from_json(raw)))
    assert found is not None
    assert found[1].raw == raw.replace(TAG.encode(), b"")


def test_the_bytes_are_written_anew_where_the_tag_is_escaped() -> None:
    raw = json.dumps({"messages": [user(f"{TAG}go")]}).replace("<", "\\u003c").encode()
    found = tagged(Request(raw, from_json(raw)))
    assert found is not None
    assert b"SUBAGENT" not in found[1].raw


def test_the_right_one_of_two_equal_tags_is_cut() -> None:
    raw = json.dumps({"messages": [user(f"<system-reminder>write {TAG} first</system-reminder>", f"{TAG}go")]}).encode()
    found = tagged(Request(raw, from_json(raw)))
    assert found is not None
    assert found[1].raw == f" {TAG} ".encode().join(raw.split(f" {TAG} ".encode())).replace(f'"{TAG}go'.encode(), b'"go')
    assert found[1].body["messages"][0]["content"][0]["text"] == f"<system-reminder>write {TAG} first</system-reminder>"


def test_a_block_that_was_only_the_tag_goes_with_it() -> None:
    found = tagged(asked([user(TAG, "go")]))
    assert found is not None
    assert found[1].body["messages"][0]["content"] == [{"type": "text", "text": "go"}]


def test_a_message_that_was_only_the_tag_stays() -> None:
    found = tagged(asked([{"role": "user", "content": TAG}, user("go")]))
    assert found is not None
    assert found[1].body["messages"][0] == {"role": "user", "content": ""}


@pytest.mark.parametrize(
    "messages",
    [
        [user(f"<system-reminder>\n# claudeMd\n{TAG}\n</system-reminder>", "go")],
        [user("go"), assistant("ok"), user(f"{TAG}go")],
        [user("go"), assistant(TAG)],
        [user({"type": "tool_result", "tool_use_id": "a", "content": TAG})],
        [user("<CCR-SUBAGENT-MODEL>prov,model")],
        [user("<CCR-SUBAGENT-MODEL>a\nb</CCR-SUBAGENT-MODEL>")],
    ],
)
def test_what_only_talks_about_tags_is_left_alone(messages: list[Any]) -> None:
    assert tagged(asked(messages)) is None


def test_in_a_session_that_is_no_subagent_the_users_mention_in_mid_line_is_left_alone() -> None:
    mention = asked([user(f"Start a subagent with {TAG} in its prompt")])
    assert tagged(mention, is_subagent=False) is None
    assert tagged(mention, is_subagent=True) is not None
    assert tagged(asked([user(f"{TAG}go")]), is_subagent=False) is not None


def test_the_first_tag_decides_and_a_second_one_stays() -> None:
    found = tagged(asked([user(f"{TAG}go, and start a helper with <CCR-SUBAGENT-MODEL>other,one</CCR-SUBAGENT-MODEL>")]))
    assert found is not None
    assert found[0] == "prov,vendor/model"
    assert "other,one" in found[1].body["messages"][0]["content"][0]["text"]
