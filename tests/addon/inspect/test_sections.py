from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from addon.inspect.sections import document, mapping, text
from addon.inspect.texts import WIDTH, shorten

words = st.text(st.characters(exclude_categories=["Cs"]))
names = st.sampled_from(["why", "a → b,c", "it's", "80% off: #1", "- x", "", "?"])


@given(names, st.lists(st.tuples(names, words), min_size=1, max_size=4), st.lists(words, max_size=4))
def test_whatever_is_shown_the_form_is_yaml(title: str, facts: list[tuple[str, str]], lines: list[str]) -> None:
    shown = [line for each in lines for line in shorten(each, 3, WIDTH - 2)]
    document_ = document([mapping(title, facts), text("said", shown), mapping("last", [("a", "b")])])
    read: Any = yaml.safe_load(document_)
    assert isinstance(read, dict)
    assert read["last"] == {"a": "b"}


@given(words | st.text("': ", min_size=80))
def test_no_line_is_wider_than_the_page(value: str) -> None:
    lines = [*mapping("title", [("fact", value)]), *text("title", shorten(value, 5, WIDTH - 2))]
    assert all(cell_len(line) <= WIDTH for line in lines)


def test_an_empty_section_is_none() -> None:
    assert mapping("title", []) == []
    assert text("title", []) == text("title", ["", " "]) == []
