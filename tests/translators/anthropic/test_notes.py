"""Providers that speak Messages themselves: few things change, and each is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.chat_requests import CAPTURES
from translators.anthropic.request import encode
from translators.contract import Note, Request, Target
from translators.opaque import seal

SOURCES = {"params.temperature": "providers.p.params.temperature", "headers.x-team": "providers.p.headers.x-team"}
TARGETS = [
    Target("p", "m", "https://llm.corp.example"),
    Target("p", "m", "https://api.deepseek.com/anthropic"),
    Target("p", "m", "https://api.anthropic.com"),
    Target("p", "m", "https://llm.corp.example", overrides={"temperature": 0.5, "thinking": None, "gone": None}, sources=SOURCES),
]


def asked(**fields: Any) -> Request:
    body = {"model": "claude-old", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], **fields}
    return Request(json.dumps(body).encode(), body, {"anthropic-beta": "claude-code-1, effort-2025-11-24"})


def by_rule(request: Request, target: Target) -> dict[str, Note]:
    return {note.rule: note for note in encode(request, target).notes}


def foreign_history() -> list[dict[str, Any]]:
    """A turn under way whose thinking another provider wrote, and whose call has an id of its own kind."""
    thought = {"type": "thinking", "thinking": "hm", "signature": seal({"provider": "acme"})}
    use = {"type": "tool_use", "id": "functions.Read:0", "name": "Read", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "functions.Read:0", "content": "x"}
    said = [thought, {"type": "text", "text": ""}, use]
    return [{"role": "user", "content": "hi"}, {"role": "assistant", "content": said}, {"role": "user", "content": [result]}]


CLEARS = {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}
FOREIGN = asked(messages=foreign_history(), thinking={"type": "enabled", "budget_tokens": 2000}, context_management=CLEARS)


@pytest.mark.parametrize("target", TARGETS, ids=["unknown", "known", "official", "with params"])
@pytest.mark.parametrize(
    "request_",
    [asked(), asked(temperature=1, thinking={"type": "adaptive"}), FOREIGN, *(json.loads(path.read_text()) for path in CAPTURES)],
    ids=["plain", "settings", "foreign", *(path.stem for path in CAPTURES)],
)
def test_every_field_that_differs_has_a_note(request_: Any, target: Target) -> None:
    if isinstance(request_, dict):
        body = request_["body"]
        request_ = Request(json.dumps(body).encode(), body, {})
    wire = encode(request_, target)
    sent = json.loads(wire.body)
    differ = {name for name in (*request_.body, *sent) if request_.body.get(name) != sent.get(name)}
    assert differ <= {name for note in wire.notes for name in note.fields}
    for note in wire.notes:
        assert not note.fields or differ & set(note.fields), note


def test_each_change_has_its_rule() -> None:
    assert list(by_rule(FOREIGN, TARGETS[0])) == [
        "model.route",
        "thinking.foreign",
        "text.empty",
        "tool.id",
        "thinking.off",
        "headers.betas",
    ]


def test_params_and_headers_name_their_keys() -> None:
    target = Target(
        "p", "claude-old", "https://a.example", overrides={"temperature": 0.5}, headers={"X-Team": "a"}, sources=SOURCES
    )
    notes = by_rule(asked(), target)
    assert notes["params"].cause == "providers.p.params.temperature"
    assert notes["headers"].cause == "providers.p.headers.x-team"
    assert "model.route" not in notes


def test_betas_that_are_kept_from_third_parties_are_named() -> None:
    assert "`claude-code-1`" in by_rule(asked(), TARGETS[0])["headers.betas"].text
    assert "effort" not in by_rule(asked(), TARGETS[0])["headers.betas"].text
    assert "headers.betas" not in by_rule(asked(), TARGETS[2])
