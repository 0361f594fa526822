"""The README's example for CI does what it says: its config and its commands are run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.chat_fake import KEY, ChatFake
from tests.support.claude import NoClient, find_client
from tests.support.service import CCR

SECTION = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").split("## In CI\n")[1].split("\n## ")[0]
CONFIG, WORKFLOW = re.findall(r"^```yaml\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
INSTALLER = '#!/bin/sh\necho "$(basename "$0") $*" >> "$INSTALLED"\n'


def job() -> dict[str, Any]:
    (found,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    assert isinstance(found, dict)
    return found


def surroundings(folder: Path, client: Path, fake: ChatFake) -> dict[str, str]:
    """The job's environment with the values replaced: what installs only notes that it was asked to."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("npm", "uv"):
        (programs / name).write_text(INSTALLER)
        (programs / name).chmod(0o755)
    for name, target in (("ccr", CCR), ("claude", client)):
        (programs / name).symlink_to(target)
    values = {"CCR_SOURCE": "a wheel", "MODEL_URL": fake.base_url, "MODEL_KEY": KEY}
    assert values.keys() == job()["env"].keys()
    own = {"HOME": str(folder / "home"), "LANG": "C.UTF-8", "DISABLE_AUTOUPDATER": "1", "INSTALLED": str(folder / "installed")}
    page = {"GITHUB_STEP_SUMMARY": str(folder / "page.md")}
    return {"PATH": f"{programs}:{os.environ['PATH']}", **own, **page, **values}


@pytest.mark.client
def test_the_example_for_ci_runs(tmp_path: Path) -> None:
    try:
        client = find_client()
    except NoClient as reason:
        pytest.skip(f"the real client cannot be had: {reason}")
    work = tmp_path / "work"
    for folder in (work, tmp_path / "home"):
        folder.mkdir()
    (work / ".ccr.yaml").write_text(CONFIG)
    with ChatFake() as fake:
        env = surroundings(tmp_path, client, fake)
        for step in job()["steps"]:
            if command := step.get("run"):
                # The shell that GitHub runs a step with.
                done = subprocess.run(
                    ["bash", "-e", "-c", command], cwd=work, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    timeout=100, check=False,
                )  # fmt: skip
                assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert fake.complaints == []
    assert (tmp_path / "installed").read_text().splitlines() == [
        "npm install --global @anthropic-ai/claude-code", "uv tool install a wheel",
    ]  # fmt: skip
    assert json.loads((work / "review.json").read_text())["result"] == "Done."
    decisions = [json.loads(line) for line in (work / "decisions.jsonl").read_text().splitlines()]
    assert ("main", "deepseek-v4-pro") in {(each["kind"], each["model"]) for each in decisions}
    assert "0 failed" in done.stderr
    assert "work,deepseek-v4-pro" in (tmp_path / "page.md").read_text()
