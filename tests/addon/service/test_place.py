"""Where the service's files are."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from addon.service import place


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No home, and a folder for temporary files of the test's own."""
    monkeypatch.delenv("CCR_HOME", raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"ccr-{os.geteuid()}"


def test_it_is_claude_code_router_s_own_folder_and_is_not_created_by_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCR_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place.home() == place.config_home() == tmp_path / ".claude-code-router"
    assert list(tmp_path.iterdir()) == []
    assert place.state_file(7).parent == place.log_file(7).parent == tmp_path / ".claude-code-router" / "service"
    assert stat.S_IMODE(place.service_folder().stat().st_mode) == 0o700


def test_the_variable_goes_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCR_HOME", str(tmp_path / "mine"))
    assert place.home() == place.config_home() == tmp_path / "mine"


def test_without_a_home_it_is_a_private_folder(temporary: Path) -> None:
    assert place.home() == temporary
    assert stat.S_IMODE(temporary.stat().st_mode) == 0o700
    assert place.mitmproxy_folder() == temporary / "mitmproxy"
    assert place.config_home() == Path("/nonexistent/.claude-code-router")


def test_a_folder_that_others_can_look_into_is_not_used(temporary: Path) -> None:
    temporary.mkdir(mode=0o755)
    with pytest.raises(place.NoPlace, match="not a private folder of this user; hint: "):
        place.home()


def test_a_link_that_a_stranger_has_put_there_is_not_followed(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    temporary.symlink_to(tmp_path / "theirs")
    with pytest.raises(place.NoPlace, match="not a private folder"):
        place.home()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_user_s_folder_is_not_used(temporary: Path) -> None:
    temporary.mkdir(mode=0o700)
    os.chown(temporary, 65534, 65534)
    with pytest.raises(place.NoPlace, match="not a private folder"):
        place.home()


def test_where_nothing_can_be_created_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CCR_HOME", str(tmp_path / "file"))
    with pytest.raises(place.NoPlace, match=r"cannot be created: .*; hint: set CCR_HOME"):
        place.log_file(1)
