"""Models of known quality on a strict fake provider, and a session recorded with them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from addon.cli.program import app
from tests.fakes.chat_fake import KEY, ChatFake
from tests.fakes.chat_stream import Completion
from tests.fakes.fake import Seen
from tests.fakes.http import Answer
from tests.fakes.script import Text, Tool, Turn, prompt
from tests.support.router import ROOT

PERFECT, BREAKS, REFUSES = "perfect", "breaks", "refuses"
MODELS = (PERFECT, BREAKS, REFUSES)
PROMPT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS = 1000, 400, 50
USAGE = {
    "prompt_tokens": PROMPT_TOKENS,
    "completion_tokens": OUTPUT_TOKENS,
    "total_tokens": PROMPT_TOKENS + OUTPUT_TOKENS,
    "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
}
PRICES = {
    "recorder": {"input": 10.0, "output": 20.0, "cache_read": 5.0},
    PERFECT: {"input": 1.0, "output": 2.0, "cache_read": 0.5},
    BREAKS: {"input": 0.1, "output": 0.2, "cache_read": 0.05},
    REFUSES: {"input": 0.01, "output": 0.02, "cache_read": 0.005},
}
"""US dollars per million tokens."""

SCRIPT: list[list[dict[str, Any]]] = [
    [{"text": "Looking."}, {"tool": "Bash", "input": {"command": "printf one", "description": "a step"}}],
    [
        {"tool": "Bash", "input": {"command": "printf two", "description": "a step"}},
        {"tool": "Bash", "input": {"command": "printf three", "description": "a step"}},
    ],
    [{"text": "It is done."}],
]
SESSION_PROMPT = prompt(SCRIPT)


class Models(ChatFake):
    """Each model plays the script in its own way; any other name plays it perfectly. Every answer has the same usage."""

    def _send(self, seen: Seen, answer: Completion, headers: dict[str, str]) -> Answer:
        steps = [_step(seen.model, step) for step in answer.turn.steps]
        turn = Turn(tuple(steps), answer.turn.finish)
        return super()._send(seen, dataclasses.replace(answer, turn=turn, usage=USAGE), headers)


def _step(model: str, step: Any) -> Any:
    if isinstance(step, Tool) and model == BREAKS:
        return dataclasses.replace(step, arguments='{"kommando": 1}')
    if isinstance(step, Tool) and model == REFUSES:
        return Text("I would rather not use tools.")
    return step


def config(url: str, **more: Any) -> dict[str, Any]:
    info = {model: {"price": price} for model, price in PRICES.items()}
    provider = {"name": "fake", "base_url": url, "api_key": KEY, "models": list(PRICES), "model_info": info}
    return {"providers": [provider], "router": {"default": "fake,recorder"}, "retry": {"attempts": 1}, **more}


def written(folder: Path, content: Mapping[str, Any]) -> Path:
    path = folder / "config.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the machine's is found, and nothing of it is written to."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}


def command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "addon.cli.main", *arguments]


def called(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in this process, in `folder`: what a second of imports would add nothing to."""
    with contextlib.chdir(folder):
        done = CliRunner(env=environment(folder)).invoke(app, arguments, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def ccr(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The program as users run it, in `folder`."""
    return subprocess.run(
        command(arguments), cwd=folder, env={**environment(folder), **(env or {})},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
