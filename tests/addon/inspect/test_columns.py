from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from addon.inspect.columns import CELLS, beside
from addon.inspect.texts import WIDTH
from addon.inspect.written import lines_of

texts = st.text(st.sampled_from('ab{}[]",:\\ \n日é'), max_size=300)


def marks(rows: list[str]) -> list[str]:
    return [row[CELLS + 1] for row in rows]


@given(texts, texts)
def test_both_columns_keep_their_width_whatever_they_hold(left: str, right: str) -> None:
    assert all(cell_len(row) <= WIDTH - 2 for row in beside(lines_of(left), lines_of(right)))


def test_equal_lines_are_beside_each_other_and_differences_marked() -> None:
    rows = beside(lines_of('{"a": 1, "b": 2}'), lines_of('{"a": 1, "b": 3, "c": 4}'))
    assert marks(rows) == ["│", "│", "≠", ">", "│"]
    assert marks(beside(lines_of('{"a": 1, "b": 2}'), lines_of('{"a": 1}')))[2] == "<"


def test_broken_json_is_cut_like_the_whole_one_beside_it() -> None:
    rows = beside(lines_of('{"a": [1, 2, "x": "y{,}"'), lines_of('{"a": [1, 2], "x": "y{,}"}'))
    assert marks(rows).count("│") >= 4
    assert any(row.count('"x": "y{,}"') == 2 for row in rows)


def test_of_many_equal_lines_those_around_a_difference_are_shown() -> None:
    left = [f"line {number}" for number in range(300)]
    right = [*left[:200], "another", *left[201:]]
    rows = beside(left, right)
    assert [row for row in rows if "another" in row]
    assert rows[0].startswith("[… 197 lines]")
    assert len(rows) == 9


def test_two_long_lines_are_shown_from_where_they_part() -> None:
    rows = beside(["x" * 5000 + "left"], ["x" * 5000 + "right"])
    assert "left" in "".join(row[:CELLS] for row in rows)
    assert "right" in "".join(rows)


def test_what_is_left_out_is_counted() -> None:
    many = [f"{number}" for number in range(1000)]
    assert "[… 600 lines more]" in beside(many, many)


def test_two_words_of_hebrew_are_kept_apart_by_a_sign_of_direction() -> None:
    """A browser would write them from right to left as one: the right one at the left."""
    (row,) = beside(["שלג"], ["עלמה"])
    assert row.replace(" ", "") == "שלג\u200e≠\u200eעלמה"
    assert "\u200e" not in beside(["hello"], ["שלג"])[0]
