from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from addon.inspect.texts import clip, fold_base64, number, plain, shorten, size, wrap

LONG = "iVBORw0KGgo" + "aB3/" * 300


@given(st.text(), st.integers(4, 60))
def test_a_clipped_text_is_one_line_that_fits(text: str, cells: int) -> None:
    line = clip(text, cells)
    assert "\n" not in line
    assert cell_len(line) <= cells


@given(st.text(st.characters(exclude_characters=" \n", exclude_categories=["Zs"]), max_size=400), st.integers(4, 60))
def test_wrapping_loses_nothing_and_fits(text: str, cells: int) -> None:
    pieces = wrap(text, cells)
    assert "".join(pieces) == text.rstrip() or "".join(pieces) == text or not text.isprintable()
    assert all(cell_len(piece) <= cells for piece in pieces)


def test_a_shortened_text_says_how_long_it_was() -> None:
    lines = shorten("line\n" * 100, 3)
    assert lines == ["line", "line", "line", "[… 500 characters in all]"]
    assert shorten("one\ntwo", 3) == ["one", "two"]


@pytest.mark.parametrize(
    ("data", "folded"),
    [
        (LONG, "[image/png, 908 B]"),
        (f"data:image/webp;base64,{LONG}", "[image/webp, 908 B]"),
        ("aB3/" * 4000, "[base64, 12 kB]"),
        ("a" * 2000, "a" * 2000),
        ("/usr/lib/python3 " * 200, "/usr/lib/python3 " * 200),
    ],
)
def test_base64_is_folded_and_nothing_else(data: str, folded: str) -> None:
    assert fold_base64(f'{{"data": "{data}", "x": 1}}') == f'{{"data": "{folded}", "x": 1}}'


@pytest.mark.parametrize(("count", "told"), [(0, "0 B"), (999, "999 B"), (12_345, "12 kB"), (1_440_000, "1.4 MB")])
def test_sizes_are_told_in_round_numbers(count: int, told: str) -> None:
    assert size(count) == told


@pytest.mark.parametrize("value", [None, True, "7", float("nan"), float("inf"), 10**20, [1]])
def test_what_is_no_number_counts_as_none(value: object) -> None:
    assert number(value) == 0


def test_signs_that_nobody_sees_or_that_turn_a_text_are_shown() -> None:
    hidden = "rm \u202e-rf\u2066\u200b \U000e0041 \x1b[31m\x07"
    assert plain(hidden) == "rm ·-rf·· · ·[31m·"


def test_letters_and_emojis_that_are_joined_stay_so() -> None:
    joined = "👨\u200d👩\u200d👧 م\u200cخ"
    assert plain(joined) == joined
