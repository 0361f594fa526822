from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.config.replace import replace

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.yaml"
    assert replace(path, "a: ü\n") is None
    assert path.read_text(encoding="utf-8") == "a: ü\n"
    assert mode(path) == 0o600


def test_what_was_there_is_kept_and_no_backup_is_ever_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("one")
    path.chmod(0o644)
    backups = [replace(path, text, now=NOW) for text in ("two", "three", "four")]
    assert [backup.read_text() for backup in backups if backup] == ["one", "two", "three"]
    assert [backup.name for backup in backups if backup] == [
        "config.yaml.bak-20260102-030405", "config.yaml.bak-20260102-030405-2", "config.yaml.bak-20260102-030405-3",
    ]  # fmt: skip
    assert {mode(file) for file in tmp_path.iterdir()} == {0o600}


def test_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.yaml", tmp_path / "config.yaml"
    real.write_text("one")
    link.symlink_to(real)
    replace(link, "two")
    assert link.is_symlink()
    assert real.read_text() == "two"


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace(path, "two")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("config.yaml", "one")]
