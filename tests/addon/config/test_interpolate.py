from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.config.document import Document, Findings
from addon.config.interpolate import Interpolation

ENV = {"KEY": "sk-1", "EMPTY": "", "lower": "x", "DOLLAR": "$KEY"}


def replaced(value: object) -> tuple[object, Findings]:
    findings = Findings(Document("x.yaml", "", {"at": value}))
    return Interpolation(ENV, findings).apply({"at": value})["at"], findings


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$KEY", "sk-1"),
        ("${KEY}", "sk-1"),
        ("${KEY:-other}", "sk-1"),
        ("Bearer $KEY!", "Bearer sk-1!"),
        ("$KEY$KEY", "sk-1sk-1"),
        ("$lower", "x"),
        ("${NOPE:-other}", "other"),
        ("${NOPE:-}", ""),
        ("${EMPTY:-other}", "other"),
        ("${EMPTY}", ""),
        ("${NOPE:-a:-b}", "a:-b"),
        ("$$KEY", "$KEY"),
        ("$$$KEY", "$sk-1"),
        ("$5", "$5"),
        ("a $ b", "a $ b"),
        ("ends in $", "ends in $"),
        ("$-x", "$-x"),
        ("$DOLLAR", "$KEY"),
        ("", ""),
    ],
)
def test_a_text_is_replaced(text: str, result: str) -> None:
    value, findings = replaced(text)
    assert value == result
    assert findings.problems == []


def test_every_text_of_the_tree_is_replaced_and_nothing_else() -> None:
    tree = {"a": ["$KEY", 1, None, True], "$KEY": {"b": "$KEY"}}
    value, findings = replaced(tree)
    assert value == {"a": ["sk-1", 1, None, True], "$KEY": {"b": "sk-1"}}
    assert findings.problems == []
    assert tree["a"] == ["$KEY", 1, None, True]


@pytest.mark.parametrize("text", ["$NOPE", "${NOPE}", "x-$NOPE-y"])
def test_an_unset_variable_is_a_problem_that_names_it_and_where_it_stands(text: str) -> None:
    _, findings = replaced([{"name": "deep", "key": text}])
    (problem,) = findings.problems
    assert problem.key == "at.deep.key"
    assert problem.what == "the environment variable `NOPE` is not set"
    assert problem.hint == "export NOPE=…, give a default as in `${NOPE:-default}`, or write `$$` for a dollar sign"


@pytest.mark.parametrize("text", ["${KEY", "${}", "${a b}", "${1}", "${KEY-x}"])
def test_a_brace_that_begins_no_variable_is_a_problem(text: str) -> None:
    _, findings = replaced(text)
    assert [problem.what for problem in findings.problems] == ["holds a `${` that begins no variable"]


def test_half_a_surrogate_pair_is_a_problem() -> None:
    _, findings = replaced("a\ud800")
    assert [problem.what for problem in findings.problems] == ["is not valid Unicode: it holds half of a surrogate pair"]


@given(st.text())
def test_a_doubled_dollar_sign_keeps_any_text_as_it_is(text: str) -> None:
    value, findings = replaced(text.replace("$", "$$"))
    assert value == text
    assert findings.problems == []
