"""What people are shown of flows that were saved and loaded again.

After a wanted change: `CCR_WRITE_GOLDEN=1 pytest tests/addon/inspect`, and read the difference.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from mitmproxy import http
from mitmproxy.io import FlowReader
from rich.cells import cell_len

from addon.inspect.texts import WIDTH
from tests.support import inspected
from tests.support.looking import shown
from tests.support.router import ROOT

GOLDEN = Path(__file__).parent / "golden"
CASES = [(name, side) for name in inspected.REQUESTS for side in ("request", "answer")]


def reloaded(flow: http.HTTPFlow, folder: Path) -> http.HTTPFlow:
    with inspected.saved([inspected.normalised(flow)], folder / "one.flows").open("rb") as file:
        (loaded,) = FlowReader(file).stream()
    assert isinstance(loaded, http.HTTPFlow)
    return loaded


@pytest.mark.usefixtures("views")
@pytest.mark.parametrize(("name", "side"), CASES)
def test_a_saved_flow_is_shown_as_before(name: str, side: str, flows: dict[str, http.HTTPFlow], tmp_path: Path) -> None:
    result = shown(reloaded(flows[name], tmp_path), answer=side == "answer")
    assert result.view_name == "CCR"
    path = GOLDEN / f"{name}.{side}.txt"
    if os.environ.get("CCR_WRITE_GOLDEN"):
        path.write_text(result.text, encoding="utf-8")
    assert result.text == path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("views")
@pytest.mark.parametrize(("name", "side"), CASES)
def test_what_is_shown_is_yaml_so_that_its_colours_are_right(name: str, side: str, flows: dict[str, http.HTTPFlow]) -> None:
    result = shown(flows[name], answer=side == "answer")
    assert result.syntax_highlight == "yaml"
    assert all(isinstance(value, str | dict) for value in yaml.safe_load(result.text).values())


@pytest.mark.parametrize(("name", "side"), CASES)
def test_every_line_fits_a_narrow_page(name: str, side: str) -> None:
    lines = (GOLDEN / f"{name}.{side}.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if cell_len(line) > WIDTH] == []


def test_mitmdump_prints_the_same_of_a_saved_file(flows: dict[str, http.HTTPFlow], tmp_path: Path) -> None:
    path = inspected.saved(map(inspected.normalised, flows.values()), tmp_path / "all.flows")
    command: list[str | Path] = [
        Path(sys.executable).with_name("mitmdump"),
        "-nr",
        path,
        "-s",
        ROOT / "addon" / "ccr.py",
        "--set",
        "flow_detail=3",
    ]
    command += ["--set", f"confdir={tmp_path / 'confdir'}"]
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    printed = [line.strip() for line in done.stdout.splitlines()]
    for name, side in CASES:
        wanted = (GOLDEN / f"{name}.{side}.txt").read_text(encoding="utf-8").strip().splitlines()
        start = printed.index(wanted[0])
        assert printed[start : start + len(wanted)] == [line.strip() for line in wanted]
        del printed[: start + len(wanted)]
