"""The report in its forms."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from addon.lab.report import table as report_table
from addon.lab.report.clean import without_secrets
from addon.lab.report.files import ReportError, check, write
from addon.lab.report.html import page
from addon.lab.report.json_form import json_text
from addon.lab.report.markdown import markdown
from addon.lab.report.plots import Curve, Point, distribution, scatter
from addon.lab.report.report import Report, Rule, made
from addon.recordings.exchange import Answer
from tests.support.exchanges import answer, call, exchange

SECRET = "hunter2-is-the-secret"
NASTY = f"</pre></details><script>alert('{SECRET}')</script> | `x` sk-ant-0123456789abcdef token=abcd"
VOID = {"meta", "br", "hr", "img", "link", "input"}


def report(models: int = 2) -> Report:
    exchanges = [
        exchange("e1", answer(call("Bash", command="ls"), text=NASTY, cost=0.5, total_ms=1000, first_ms=100)),
        exchange("e2", answer(cost=0.25, total_ms=2000, first_ms=200), kind="title", at=1.0),
    ]
    answers: dict[str, dict[str, Answer]] = {}
    for number in range(models):
        bad = answer(call("Bash", kommando=NASTY), text=NASTY, choice=f"p,m{number}", cost=0.125, total_ms=500, first_ms=50)
        good = answer(choice=f"p,m{number}", cost=0.125, total_ms=700, first_ms=70)
        answers[f"p,m{number}"] = {"e1": bad, "e2": good}
    made_of = made(f"a <b>recording</b> {SECRET}", exchanges, answers, Rule(), [f"a note with {SECRET}"])
    return without_secrets(made_of, [SECRET])


class Reader(HTMLParser):
    """Raises AssertionError for elements that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_else() -> None:
    text = page(report())
    read = Reader(text)
    assert "script" not in read.seen
    assert "link" not in read.seen
    assert read.links == []
    assert not re.search(r"@import|url\(", text)
    assert "default-src 'none'" in text


def test_the_page_says_what_the_figures_are() -> None:
    text = page(report())
    assert "50 %" in text
    assert "invalid_arguments" in text
    assert text.count("<svg") == 2
    assert all(tag in text for tag in ('role="img"', "<title>", "<desc>", "prefers-color-scheme: dark", "width=device-width"))


@pytest.mark.parametrize("form", [page, markdown, json_text])
def test_no_form_of_the_report_holds_a_secret(form: object) -> None:
    assert callable(form)
    text = form(report())
    assert SECRET not in text
    assert "sk-ant-0123" not in text
    assert "token=abcd" not in text


def test_the_texts_of_models_are_texts_in_the_page() -> None:
    assert "<script" not in page(report())
    assert "&lt;script&gt;" in page(report())
    assert "<b>recording" not in page(report())


def test_json_is_a_document_with_every_figure() -> None:
    told = json.loads(json_text(report()))
    assert told["ccr_replay_report"] == 1
    assert told["totals"] == {"requests": 2, "answers": 4, "cost": 0.5}
    first = told["models"][0]
    assert (first["name"], first["all"]["success"], first["kinds"]["title"]["success"]) == ("p,m0", 0.5, 1.0)
    assert first["all"]["cost_per_success"] == 0.25  # 0.125 + 0.125, one success
    assert first["tasks"] == {"tasks": 1, "measured": 1, "successes": 0, "cost": 0.25, "cost_per_success": None}
    assert [each["reason"] for each in first["answers"]] == ["invalid_arguments", "ok"]


def test_markdown_has_a_table_for_each_kind_and_no_row_is_torn() -> None:
    text = markdown(report())
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["all", "main", "title", "Not successful"]
    rows = [line for line in text.splitlines() if line.startswith("|") and "m0" in line and "recorded" in line]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert "<script" not in text


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("models", [1, 3, 7])
def test_the_table_fits_the_terminal(width: int, models: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    report_table.printed(report(models), console)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert all(f"m{number}" in text for number in range(models))


def test_a_report_is_written_as_its_name_says(tmp_path: Path) -> None:
    for name, begin in (("r.md", "# Replay"), ("r.HTML", "<!doctype html>"), ("r.json", "{")):
        check(tmp_path / name)
        write(report(), tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


@pytest.mark.parametrize("name", ["r.pdf", "r", "none/r.md"])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_asked(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="hint: "):
        check(tmp_path / name)


def test_no_label_of_a_plot_covers_another() -> None:
    points = [Point(f"p,model-number-{number}", number, 0.01, 0.9) for number in range(1, 8)]
    text = scatter(points, "title")
    lines = sorted(float(y) for y in re.findall(r'class="name" x="[\d.]+" y="([\d.-]+)"', text))
    assert len(lines) == 7
    lefts = re.findall(r'class="name" x="([\d.]+)"', text)
    if len(set(lefts)) == 1:
        assert all(after - before >= 12 for before, after in pairwise(lines))


def test_plots_of_nothing_and_of_one_are_plots() -> None:
    assert distribution([Curve("a", 1, [])], "t").startswith("<svg")
    assert distribution([Curve("a", 1, [5.0])], "t").startswith("<svg")
    assert scatter([Point("a,b", 1, 0.0, 0.0)], "t").startswith("<svg")
