"""What people are shown of flows that were saved and loaded again. After a wanted change: `CCR_WRITE_GOLDEN=1 pytest …`, and read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from mitmproxy import http
from mitmproxy.io import FlowReader, FlowWriter

from tests.support import inspected
from tests.support.looking import shown

GOLDEN = Path(__file__).parent / "golden"
CASES = [(name, side) for name in inspected.REQUESTS for side in ("request", "answer")]


def reloaded(flow: http.HTTPFlow, folder: Path) -> http.HTTPFlow:
    path = folder / "one.flows"
    with path.open("wb") as file:
        FlowWriter(file).add(inspected.normalised(flow))
    with path.open("rb") as file:
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
