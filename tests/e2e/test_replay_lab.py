"""A session of the real client, recorded by the router and measured against three models of known quality."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.claude import TOKEN, base_url, run_client
from tests.support.lab import BREAKS, MODELS, PERFECT, REFUSES, SESSION_PROMPT, Models, ccr, config, written
from tests.support.router import Router


@pytest.fixture(scope="module")
def measured(client: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report, by model."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "router").mkdir()
    with Models(secrets=[TOKEN]) as fake:
        with Router(config(fake.base_url), folder / "router", options=["-w", str(folder / "rec.flows")]) as router:
            assert run_client(client, SESSION_PROMPT, env=base_url(router.url)).result == "It is done."
        written(folder, config(fake.base_url))
        arguments = [word for model in MODELS for word in ("--model", f"fake,{model}")]
        done = ccr(folder, "replay", "rec.flows", "--config", "config.yaml", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        assert fake.complaints == []
    assert TOKEN not in (folder / "rec.flows.ccr-replay.jsonl").read_text()
    return {side["name"].removeprefix("fake,"): side for side in json.loads(done.stdout)["models"]}


def test_the_main_turns_of_each_model_are_measured(measured: dict[str, Any]) -> None:
    """Three main turns: one tool call, then two, then the end. The client's own schema of Bash demands `command`."""
    names = ("requests", "successes", "calls", "valid_calls", "compared", "same_tool", "same_arguments", "same_stop")
    found = {model: tuple(measured[model]["kinds"]["main"][name] for name in names) for model in MODELS}
    assert found == {
        PERFECT: (3, 3, 3, 3, 3, 3, 3, 3),
        BREAKS: (3, 1, 3, 0, 3, 3, 0, 3),
        REFUSES: (3, 3, 0, 0, 3, 0, 0, 1),
    }


def test_the_session_is_one_task_that_only_one_model_brings_to_its_end(measured: dict[str, Any]) -> None:
    tasks = {model: (side["tasks"]["tasks"], side["tasks"]["successes"]) for model, side in measured.items()}
    assert tasks == {PERFECT: (1, 1), BREAKS: (1, 0), REFUSES: (1, 0)}


def test_what_the_task_cost_is_all_of_its_requests(measured: dict[str, Any]) -> None:
    """Each request: 600 tokens at $1, 400 cached at $0.5 and 50 out at $2 a million: $0.0009."""
    side = measured[PERFECT]
    assert side["tasks"]["cost_per_success"] == pytest.approx(0.0009 * side["all"]["requests"])
    assert side["all"]["cost_per_success"] == pytest.approx(0.0009)
