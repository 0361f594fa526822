"""What is said while a replay runs where there is no terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from addon.lab.progress import Shown
from addon.recordings.exchange import Answer


@pytest.mark.parametrize(("cost", "told"), [(None, "cost unknown"), (0.0, "$0"), (0.25, "$0.25")])
def test_a_cost_that_is_not_known_is_not_told_as_nothing(cost: float | None, told: str) -> None:
    out = StringIO()
    with Shown(Console(file=out, width=200)) as shown:
        shown.begin(1, 0)
        shown.heard("one,first", Answer("one,first", cost=cost), cost or 0.0)
    assert out.getvalue().startswith(f"replaying: 1 of 1, {told}")
