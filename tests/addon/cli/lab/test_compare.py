"""`ccr compare` and `ccr diff`, as they are called."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mitmproxy.io import FlowReader, FlowWriter

from tests.support.lab import BREAKS, called
from tests.support.lab_session import ALL, by_model, report


def test_both_answers_are_saved_compared_and_shown(folder: Path) -> None:
    asked = report(folder, *ALL, "--save", "both.flows", "--out", "report.html")
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    with (folder / "both.flows").open("rb") as file:
        assert len(list(FlowReader(file).stream())) == 9
    done = called(folder, "compare", "both.flows", "--json")
    assert done.returncode == 0, done.stderr
    compared = by_model(json.loads(done.stdout))
    counts = ("requests", "successes", "calls", "valid_calls", "same_tool", "same_arguments", "likeness", "same_stop", "cost")
    for model, side in by_model(asked).items():
        assert {name: compared[model]["all"][name] for name in counts} == {name: side["all"][name] for name in counts}
    listed = called(folder, "diff", "both.flows")
    assert listed.stdout.count("fake,") == 9
    shown = called(folder, "diff", "both.flows", "2")
    assert "+ fake," in shown.stdout
    assert "- fake,recorder (recorded)" in shown.stdout


def test_one_pair_is_shown_of_what_was_measured_beside_a_recording(folder: Path) -> None:
    first = report(folder, *ALL)["models"][0]["answers"][0]["id"]
    shown = called(folder, "diff", "rec.flows", first, "--model", f"fake,{BREAKS}")
    assert shown.returncode == 0, shown.stderr
    assert "-command: printf one" in shown.stdout
    assert "+kommando: 1" in shown.stdout
    assert re.search(r"success +yes +≠ no, invalid_arguments", shown.stdout)
    listed = called(folder, "diff", "rec.flows", "--model", f"fake,{BREAKS}")
    assert listed.stdout.count(f"fake,{BREAKS}") == 3
    second = called(folder, "diff", "rec.flows", "2", "--model", f"fake,{BREAKS}")
    assert "-command: printf three" in second.stdout
    several = called(folder, "diff", "rec.flows", first)
    assert (several.returncode, "--model, one of `fake,perfect`" in several.stderr) == (1, True)


def test_two_recordings_are_compared_by_what_was_asked(folder: Path, flows: list[Any]) -> None:
    with (folder / "second.flows").open("wb") as file:
        for flow in flows[:2]:
            FlowWriter(file).add(flow)
    done = called(folder, "compare", "rec.flows", "second.flows", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["models"][0]["name"], told["models"][0]["all"]["requests"], told["models"][0]["all"]["same_arguments"]) == (
        "fake,recorder", 2, 3,
    )  # fmt: skip
    assert "rec.flows: 1 request without a counterpart in the other file" in done.stderr
    alone = called(folder, "compare", "rec.flows")
    assert (alone.returncode, "holds two answers to compare; hint: " in alone.stderr) == (1, True)
