"""The README's picture of the demo shows what the demo prints."""

from __future__ import annotations

import re

import pytest

from tests.support.demo_picture import PICTURE, SHOWN_FOLDER, drawn, lines_of, printed

# What differs from run to run: ports, counts, money and times; and the client, with its own prompts and its order of requests.
NUMBER = re.compile(r"\d[\d.,]*|under \$[\d.]+")


def shape(lines: list[str]) -> list[str]:
    known = [line for line in lines if line.strip() and not line.startswith(("client ", "uv run"))]
    return sorted(NUMBER.sub("N", line.replace("$0", "0")).strip() for line in known)


@pytest.fixture(scope="module")
def output() -> str:
    return printed(builtin=True)


def test_the_pictures_lines_are_what_the_demo_prints_today(output: str) -> None:
    assert shape(lines_of(PICTURE.read_text(encoding="utf-8"))) == shape(lines_of(drawn(output)))


def test_a_drawing_loses_no_line(output: str) -> None:
    plain = [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", output).splitlines()]
    assert lines_of(drawn(output)) == [line for line in plain if line]


def test_no_picture_names_a_folder_of_the_machine_it_was_drawn_on(output: str) -> None:
    for svg in (PICTURE.read_text(encoding="utf-8"), drawn(output)):
        assert f"{SHOWN_FOLDER}/ccr-demo.txt" in svg
        assert "ccr-demo-" not in "".join(lines_of(svg))
        assert "http" not in re.sub(r"http://(127\.0\.0\.1:\d+|www\.w3\.org/)", "", svg)
