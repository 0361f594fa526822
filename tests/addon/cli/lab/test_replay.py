"""`ccr replay`: a recorded session against three models of known quality."""

from __future__ import annotations

import contextlib
import gc
import json
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addon.lab.results import Results, path_beside, read_results
from tests.fakes.fake import Fault
from tests.support.lab import BREAKS, MODELS, PERFECT, REFUSES, Models, ccr, command, config, environment, written
from tests.support.lab_session import ALL, by_model, replay, report
from tests.support.recordings import flows_in


def test_every_figure_of_three_models_of_known_quality(folder: Path, fake: Models) -> None:
    """Three requests each. Recorded tool calls: 1, then 2, then none. Usage of each: 600 + 400 cached in, 50 out."""
    sides = by_model(report(folder, *ALL))
    assert fake.complaints == []
    expected: dict[str, dict[str, Any]] = {
        PERFECT: {
            "requests": 3, "successes": 3, "success": 1.0,
            "calls": 3, "valid_calls": 3, "compared": 3, "same_tool": 3, "same_arguments": 3, "likeness": 3.0,
            "ended": 3, "same_stop": 3, "reasons": {},
            # 3 * (600 * $1 + 400 * $0.5 + 50 * $2) / 1,000,000 = 3 * $0.0009
            "cost": pytest.approx(0.0027), "cost_per_success": pytest.approx(0.0009),
        },
        BREAKS: {
            "requests": 3, "successes": 1, "success": pytest.approx(1 / 3),
            "calls": 3, "valid_calls": 0, "compared": 3, "same_tool": 3, "same_arguments": 0,
            "ended": 3, "same_stop": 3, "reasons": {"invalid_arguments": 2},
            "cost": pytest.approx(0.00027), "cost_per_success": pytest.approx(0.00027),
        },
        REFUSES: {
            "requests": 3, "successes": 3, "success": 1.0,
            "calls": 0, "valid_calls": 0, "compared": 3, "same_tool": 0, "same_arguments": 0, "likeness": 0.0,
            "ended": 3, "same_stop": 1, "reasons": {},  # it says end_turn where two recorded answers say tool_use
            "cost": pytest.approx(0.000027), "cost_per_success": pytest.approx(0.000009),
        },
    }  # fmt: skip
    for model, figures in expected.items():
        alike = {
            "input": 1800,
            "output": 150,
            "cache_read": 1200,
            "cache_write": 0,
            "cache_hits": 0.4,
            "errors": {},
            "unpriced": 0,
        }
        assert {name: sides[model]["all"][name] for name in (figures | alike)} == figures | alike, model
        times = sides[model]["all"]["first"], sides[model]["all"]["total"]
        assert all(0 < each["median"] <= each["p95"] for each in times)
        assert sides[model]["kinds"]["main"] == sides[model]["all"]
    tasks = {model: sides[model]["tasks"] for model in MODELS}
    assert tasks[PERFECT] == {
        "tasks": 1, "measured": 1, "successes": 1,
        "cost": pytest.approx(0.0027), "cost_per_success": pytest.approx(0.0027),
    }  # fmt: skip
    assert [tasks[model]["successes"] for model in (BREAKS, REFUSES)] == [0, 0]
    assert tasks[REFUSES]["cost_per_success"] is None


def test_the_table_shows_them(folder: Path) -> None:
    done = ccr(folder, "replay", "rec.flows", "--config", "config.yaml", *ALL)
    assert done.returncode == 0, done.stderr
    rows = {line[:20].strip(): re.split(r"\s{2,}", line[20:].strip()) for line in done.stdout.splitlines()}
    assert rows["success"] == ["100 % (3/3)", "100 % (3/3)", "33 % (1/3)", "100 % (3/3)"]
    assert rows["valid tool calls"] == ["100 % (3/3)", "100 % (3/3)", "0 % (0/3)", "—"]
    assert rows["same tool"] == ["—", "100 % (3/3)", "100 % (3/3)", "0 % (0/3)"]
    assert rows["same stop reason"] == ["—", "100 % (3/3)", "100 % (3/3)", "33 % (1/3)"]
    assert rows["cost"] == ["$0.0270", "$0.0027", "$0.00027", "$0.000027"]
    assert rows["tasks"] == ["100 % (1/1)", "100 % (1/1)", "0 % (0/1)", "0 % (0/1)"]
    assert rows["per task"] == ["$0.0270", "$0.0027", "none successful", "none successful"]
    assert "9 answers of 3 models to 3 recorded requests; cost in all: $0.0030" in done.stdout


def test_what_was_measured_is_not_asked_again(folder: Path, fake: Models) -> None:
    first = report(folder, "--model", f"fake,{PERFECT}")
    assert len(fake.asked()) == 3
    again = replay(folder, "--json", "--model", f"fake,{PERFECT}")
    assert len(fake.asked()) == 3
    assert json.loads(again.stdout)["models"] == first["models"]
    assert "3 answers were measured before" in again.stderr
    report(folder, "--model", f"fake,{PERFECT}", "--fresh")
    assert len(fake.asked()) == 6


def test_a_run_that_is_interrupted_is_gone_on_with(folder: Path, fake: Models) -> None:
    fake.fail(Fault("hang", after=0), model=PERFECT)
    given = ["replay", "rec.flows", "--config", "config.yaml", "--concurrency", "2", *ALL]
    process = subprocess.Popen(
        command(given), cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    results = folder / "rec.flows.ccr-replay.jsonl"
    deadline = time.monotonic() + 30
    while not results.exists() or results.read_bytes().count(b"\n") < 9:  # the head, and all answers but the one that hangs
        assert time.monotonic() < deadline, (process.poll(), results.read_text() if results.exists() else "")
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "stopped by Ctrl-C: 1 of 9 answers are missing; the same command goes on" in err
    assert "8 answers of 3 models" in out
    assert "Traceback" not in err
    before = len(fake.asked())
    assert sum(side["all"]["requests"] for side in report(folder, *ALL)["models"]) == 9
    assert len(fake.asked()) == before + 1


@contextlib.contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk, no file can grow beyond this many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("more", [(), ("--save", "both.flows")])
def test_a_full_disk_is_told_and_what_was_heard_is_kept(
    folder: Path, caplog: pytest.LogCaptureFixture, more: tuple[str, ...]
) -> None:
    with files_of_at_most(1600):
        done = replay(folder, *ALL, *more)
    assert done.returncode == 1
    file = more[-1] if more else "rec.flows.ccr-replay.jsonl"
    assert re.search(rf"ccr replay: `{file}` cannot be written: .*; hint: make room, and go on\n$", done.stderr)
    gc.collect()
    assert "never retrieved" not in caplog.text
    if more:  # half a flow would make what is appended to it unreadable
        assert (folder / "both.flows").read_bytes() == b""
    results = folder / "rec.flows.ccr-replay.jsonl"
    kept = read_results(results)
    assert kept
    assert sum(side["all"]["requests"] for side in report(folder, *ALL)["models"]) == 9
    # Not by what the fake was asked: it may still be reading a request that the first run gave up as it ended.
    now = read_results(results)
    assert (now[: len(kept)], len(now)) == (kept, 9)


def test_two_runs_of_one_recording_do_not_get_in_each_others_way(folder: Path) -> None:
    with Results(path_beside(folder / "rec.flows")):
        done = replay(folder, *ALL)
    assert (done.returncode, "another `ccr replay` of this recording is at work" in done.stderr) == (1, True)


def test_too_small_a_budget_is_refused_before_anything_is_asked(folder: Path, fake: Models) -> None:
    done = replay(folder, *ALL, "--budget", "0.000001")
    assert done.returncode == 1
    assert fake.asked() == []
    assert re.search(r"ccr replay: about \$[\d.]+ would be spent, more than the budget of \$0.000001", done.stderr)
    assert all(f"fake,{model}: 3 requests, about $" in done.stderr for model in MODELS)
    assert "hint: raise --budget" in done.stderr


def test_a_budget_stops_a_run_before_the_request_that_may_exceed_it(folder: Path, fake: Models) -> None:
    """Estimated are the recorded 50 tokens of output, some 200 of input; billed are 1,000: $0.0009 a request."""
    model = ["--model", f"fake,{PERFECT}", "--concurrency", "1"]
    done = replay(folder, *model, "--budget", "0.0015")
    assert done.returncode == 1, done.stderr
    assert len(fake.asked()) == 2
    assert "stopped: the next request may exceed the budget: 1 of 3 answers are missing; the same command goes on" in done.stderr
    assert "2 answers of 1 model" in done.stdout
    again = replay(folder, *model, "--budget", "0.0015")
    assert "beside $0.0018 spent before" in again.stderr
    assert report(folder, *model, "--budget", "1")["models"][0]["all"]["requests"] == 3
    assert len(fake.asked()) == 3


def test_a_price_that_is_not_known_cannot_be_budgeted(folder: Path, fake: Models) -> None:
    unpriced = config(fake.base_url)
    del unpriced["providers"][0]["model_info"]
    written(folder, unpriced)
    done = replay(folder, "--model", f"fake,{PERFECT}", "--budget", "5")
    assert done.returncode == 1
    assert "the price of `fake,perfect` is not known" in done.stderr
    assert "model_info" in done.stderr
    assert report(folder, "--model", f"fake,{PERFECT}")["models"][0]["all"]["cost"] is None
    written(folder, config(fake.base_url))
    assert report(folder, "--model", f"fake,{PERFECT}")["models"][0]["all"]["cost"] == pytest.approx(0.0027)
    assert len(fake.asked()) == 3  # the answers that were kept are priced anew


def test_a_file_of_flows_without_what_was_measured_before_is_said_to_be_one(folder: Path) -> None:
    model = ["--model", f"fake,{PERFECT}", "--save", "both.flows"]
    assert "both.flows" not in replay(folder, *model, "--limit", "1").stderr
    assert "both.flows" not in replay(folder, *model).stderr  # it goes on with the file
    assert len(flows_in(folder / "both.flows")) == 3
    (folder / "both.flows").unlink()
    done = replay(folder, *model)
    assert "both.flows holds the 0 answers of now, without the 3 measured before; --fresh asks all again" in done.stderr


def test_failed_requests_are_data(folder: Path, fake: Models) -> None:
    fake.fail(Fault("status", 503, b'{"error": {"message": "down"}}'), model=PERFECT, times=3)
    done = replay(folder, "--json", "--model", f"fake,{PERFECT}")
    assert (done.returncode, "ccr: " in done.stderr) == (0, False), done.stderr
    side = json.loads(done.stdout)["models"][0]
    assert (side["all"]["success"], side["all"]["errors"]) == (0.0, {"overloaded_error": 3})
    assert (side["all"]["cost"], side["all"]["cost_per_success"], side["all"]["total"]["median"]) == (0.0, None, None)
    again = replay(folder, "--model", f"fake,{PERFECT}")
    assert "3 answers were measured before, 3 of them an error; --fresh would ask again" in again.stderr


def test_a_judge_and_labels_need_no_new_requests(folder: Path, fake: Models) -> None:
    report(folder, *ALL)
    asked = len(fake.asked())
    words = shlex.join([sys.executable, "-c", "import json,sys; sys.exit(not json.load(sys.stdin)['answer']['tool_calls'])"])
    judged = by_model(report(folder, *ALL, "--judge", words))
    assert {model: side["all"]["successes"] for model, side in judged.items()} == {PERFECT: 2, BREAKS: 2, REFUSES: 0}
    first = judged[BREAKS]["answers"][0]
    (folder / "labels.csv").write_text(f'id,model,success,reason\n{first["id"]},"fake,{BREAKS}",false,no\n')
    labelled = by_model(report(folder, *ALL, "--judge", words, "--labels", "labels.csv"))
    assert {model: side["all"]["successes"] for model, side in labelled.items()} == {PERFECT: 2, BREAKS: 1, REFUSES: 0}
    assert labelled[BREAKS]["all"]["reasons"] == {"exit status 1": 1, "no": 1}
    assert len(fake.asked()) == asked
