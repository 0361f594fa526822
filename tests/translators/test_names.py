from __future__ import annotations

import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from translators.names import wire_id, wire_name

LONG = "mcp__" + "server_" * 10 + "tool"


@pytest.mark.parametrize("name", ["Read", "mcp__a__b", "x" * 64, "a-b_C9"])
def test_a_legal_name_stays(name: str) -> None:
    assert wire_name(name) == name


def test_a_long_name_is_cut_to_55_characters_and_a_hash_of_8() -> None:
    short = wire_name(LONG)
    assert short[:55] == LONG[:55]
    assert re.fullmatch(r"_[0-9a-f]{8}", short[55:])


def test_illegal_characters_are_replaced_and_the_hash_keeps_names_apart() -> None:
    assert wire_name("a.b").startswith("a_b_")
    assert wire_name("a.b") != wire_name("a:b") != wire_name("a_b")


@given(st.text())
def test_every_name_becomes_a_legal_one_and_the_same_each_time(name: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wire_name(name))
    assert wire_name(name) == wire_name(name)


@given(st.text(), st.sampled_from([40, 64]))
def test_every_id_becomes_a_legal_one(call_id: str, longest: int) -> None:
    assert re.fullmatch(rf"[a-zA-Z0-9_-]{{1,{longest}}}", wire_id(call_id, "plain", longest))
    assert re.fullmatch(r"[a-zA-Z0-9]{9}", wire_id(call_id, "alnum9", longest))
    assert 1 <= len(wire_id(call_id, "any", longest)) <= longest


def test_legal_ids_stay() -> None:
    assert wire_id("toolu_01", "plain", 40) == "toolu_01"
    assert wire_id("functions.Read:0", "any", 40) == "functions.Read:0"
    assert wire_id("abcDEF123", "alnum9", 40) == "abcDEF123"


def test_a_long_id_is_shortened_whatever_its_characters() -> None:
    assert wire_id("f:" + "x" * 40, "any", 40).startswith("call_")
    assert len(wire_id("x" * 41, "plain", 20)) == 20


def test_different_ids_stay_different() -> None:
    ids = [f"toolu_{number}" for number in range(5_000)]
    assert len({wire_id(one, "alnum9", 40) for one in ids}) == len(ids)


def test_a_lone_surrogate_does_no_harm() -> None:
    assert len(wire_name("\ud800" * 70)) == 64
