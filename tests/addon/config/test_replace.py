from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addon.config.replace import alone_with, replace

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


def test_an_edit_leaves_the_file_to_those_who_had_it(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("one")
    path.chmod(0o640)
    backup = replace(path, "two", keep_mode=True)
    assert mode(path) == 0o640
    assert backup is not None
    assert mode(backup) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_leaves_a_file_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("one")
    os.chown(path, 65534, 65534)
    replace(path, "two")
    assert {(file.stat().st_uid, file.stat().st_gid) for file in tmp_path.iterdir()} == {(65534, 65534)}


def test_edits_of_one_file_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("")

    def add(line: str) -> None:
        with alone_with(path):
            replace(path, f"{path.read_text()}{line}\n")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, "abcdefgh"))
    assert sorted(path.read_text().split()) == list("abcdefgh")


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
