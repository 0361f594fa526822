"""Laws that hold for every conversation."""

from __future__ import annotations

import itertools
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from tests.support.chat_requests import call, image, known_target, messages, result, sent, text, thinking, unknown_target
from tests.support.strict_chat import faults, typed_faults
from translators.contract import Target

type Messages = list[dict[str, Any]]

TARGETS = [
    unknown_target(),
    unknown_target(images=False, pdf=False),
    known_target("openai", "gpt-5.6"),
    known_target("deepseek", "deepseek-v4-pro"),
    known_target("mistral", "mistral-large-latest"),
    known_target("minimax", "MiniMax-M2.1"),
    known_target("gemini", "gemini-3-pro-preview"),
    known_target("openrouter", "anthropic/claude-opus-4.8"),
]
IDS = st.sampled_from(["toolu_1", "toolu_2", "functions.Read:0", "x" * 60, "abcDEF123", "ä"])
WORDS = st.sampled_from(["", " ", "yes", "Error: no", "ünï 💥", "a\nb"])
MARKED = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}])


@st.composite
def texts(draw: st.DrawFn) -> dict[str, Any]:
    return text(draw(WORDS), **draw(MARKED))


@st.composite
def assistant_turns(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(st.lists(IDS, unique=True, max_size=3))
    calls = [call(one, draw(st.sampled_from(["Read", "mcp__" + "x" * 80])), {"a": draw(WORDS)}) for one in ids]
    blocks = [*draw(st.lists(st.builds(thinking, WORDS), max_size=1)), *draw(st.lists(texts(), max_size=2)), *calls]
    return {"role": "assistant", "content": draw(st.permutations(blocks))}


@st.composite
def results(draw: st.DrawFn, ids: list[str]) -> list[dict[str, Any]]:
    content = st.one_of(WORDS, st.none(), st.lists(st.one_of(texts(), st.builds(image)), max_size=2))
    return [result(one, draw(content), is_error=draw(st.booleans()), **draw(MARKED)) for one in ids]


@st.composite
def user_turns(draw: st.DrawFn, open_ids: list[str]) -> Messages:
    """One or two user messages with results in any order, some missing, twice or of nobody's; system items between."""
    ids = draw(st.permutations(open_ids))
    kept = ids if draw(st.booleans()) else ids[1:]
    strange = draw(st.lists(IDS, max_size=1))
    blocks = [*draw(results([*kept, *strange])), *draw(st.lists(st.one_of(texts(), st.builds(image)), max_size=2))]
    blocks = draw(st.permutations(blocks))
    cut = draw(st.integers(0, len(blocks)))
    system = draw(st.lists(st.builds(lambda word: {"role": "system", "content": word}, WORDS), max_size=1))
    return [{"role": "user", "content": blocks[:cut]}, *system, {"role": "user", "content": [*blocks[cut:], text("go on")]}]


@st.composite
def conversations(draw: st.DrawFn) -> list[Messages]:
    """A conversation as its turns: user, assistant, user, assistant …"""
    turns: list[Messages] = [[{"role": "user", "content": "start"}]]
    for _ in range(draw(st.integers(0, 4))):
        turn = draw(assistant_turns())
        open_ids = [block["id"] for block in turn["content"] if block["type"] == "tool_use"]
        turns += [[turn], draw(user_turns(open_ids))]
    return turns


def flat(turns: list[Messages]) -> Messages:
    return [message for turn in turns for message in turn]


def unmarked(value: Any) -> Any:
    """The value without cache marks."""
    if isinstance(value, dict):
        return {key: unmarked(inner) for key, inner in value.items() if key != "cache_control"}
    return [unmarked(inner) for inner in value] if isinstance(value, list) else value


@given(conversations(), st.sampled_from(TARGETS))
@settings(max_examples=150, deadline=None)
def test_a_longer_history_begins_with_the_translation_of_the_shorter_one(turns: list[Messages], target: Target) -> None:
    whole = unmarked(messages(flat(turns), target))
    for end in range(1, len(turns), 2):
        part = unmarked(messages(flat(turns[:end]), target))
        assert whole[: len(part)] == part


@given(conversations())
@settings(max_examples=150, deadline=None)
def test_a_strict_server_takes_every_conversation(turns: list[Messages]) -> None:
    body = sent({"max_tokens": 10, "messages": flat(turns)})
    assert faults(body) == []
    assert typed_faults(body) == []


@given(conversations())
@settings(max_examples=75, deadline=None)
def test_mistral_takes_every_conversation(turns: list[Messages]) -> None:
    body = sent({"max_tokens": 10, "messages": flat(turns)}, known_target("mistral", "mistral-large-latest"))
    assert faults(body, call_id=r"[a-zA-Z0-9]{9}") == []
    roles = [message["role"] for message in body["messages"]]
    assert ("tool", "user") not in set(itertools.pairwise(roles))


@given(conversations())
@settings(max_examples=75, deadline=None)
def test_cache_marks_change_no_byte_for_a_target_that_reads_none(turns: list[Messages]) -> None:
    assert messages(flat(turns)) == messages(unmarked(flat(turns)))


@given(conversations(), st.sampled_from(TARGETS))
@settings(max_examples=75, deadline=None)
def test_no_text_of_a_conversation_is_lost(turns: list[Messages], target: Target) -> None:
    said = str(messages(flat(turns), target))
    for message in flat(turns):
        for block in message["content"] if isinstance(message["content"], list) else []:
            if block["type"] == "text" and block["text"].strip():
                assert repr(block["text"])[1:-1] in said
