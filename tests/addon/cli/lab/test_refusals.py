"""What `ccr replay` is given wrong: each is said, with a hint, before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from addon.cli.program import app
from tests.support.lab import Models
from tests.support.lab_session import replay


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "nobody,x"], "nobody"),
        (["--model", "fake,nothing"], "lists no model `nothing`"),
        (["--model", "fake,perfect", "--only-kind", "mian"], "did you mean `main`"),
        (["--model", "fake,perfect", "--only-kind", "title"], "has no model call to look at: 3 flows left out: not selected 3"),
        (["--model", "fake,perfect", "--select", "~~"], "is not a filter"),
        (["--model", "fake,perfect", "--judge", "no-such-judge"], "is not a program that can be run"),
        (["--model", "fake,perfect", "--labels", "none.yaml"], "cannot be read"),
        (["--model", "fake,perfect", "--out", "report.pdf"], ".md, .html or .json"),
        (["--model", "fake,perfect", "--save", "rec.flows"], "is the recording itself"),
        (["--model", "fake,perfect", "--save", "config.yaml"], "nothing can be appended: `config.yaml` is"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_asked(here: Path, fake: Models, arguments: list[str], said: str) -> None:
    refused(said, *arguments)
    assert fake.asked() == []
    assert not (here / "rec.flows.ccr-replay.jsonl").exists()


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b"no flows at all", "is not a file of mitmproxy's flows"), (None, "does not exist")]
)
def test_a_bad_recording_is_told(here: Path, content: bytes | None, said: str) -> None:
    (here / "rec.flows").unlink()
    if content is not None:
        (here / "rec.flows").write_bytes(content)
    refused(said, "--model", "fake,perfect")


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    return folder


def refused(said: str, *arguments: str) -> None:
    """The program in this process: it ends before it does anything."""
    done = CliRunner().invoke(app, ["replay", "rec.flows", "--config", "config.yaml", *arguments])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("ccr replay: ")
    assert said in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_of_a_recording_that_was_cut_short_the_readable_part_is_used(folder: Path) -> None:
    path = folder / "rec.flows"
    path.write_bytes(path.read_bytes()[:-500])
    done = replay(folder, "--model", "fake,perfect")
    assert done.returncode == 0, done.stderr
    assert "damaged after 2 flows" in done.stderr
    assert "2 answers of 1 model" in done.stdout
