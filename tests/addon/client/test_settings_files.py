from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from addon.client.settings_files import settings_files


class Places:
    """The places of a user's settings, below one folder."""

    def __init__(self, folder: Path) -> None:
        self.home, self.work, self.managed = (folder / name for name in ("home", "work", "managed"))
        for each in (self.home / ".claude", self.work / ".claude", self.managed / "managed-settings.d"):
            each.mkdir(parents=True)

    def read(self, *args: str, **env: str) -> list[str]:
        found = settings_files({"HOME": str(self.home), **env}, args, self.work, self.managed)
        return [each.env.get("WHO", "") for each in found]


def put(path: Path, who: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"env": {"WHO": who}}), encoding="utf-8")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    put(places.home / ".claude.json", "global")
    put(places.home / ".claude" / "settings.json", "user")
    put(places.work / ".claude" / "settings.json", "project")
    put(places.work / ".claude" / "settings.local.json", "local")
    put(places.managed / "managed-settings.json", "managed")
    put(places.managed / "managed-settings.d" / "20.json", "part two")
    put(places.managed / "managed-settings.d" / "10.json", "part one")
    return places


def test_all_are_read_the_weakest_first(places: Places) -> None:
    put(places.work / "flag.json", "flag")
    order = ["global", "user", "project", "local", "flag", "managed", "part one", "part two"]
    assert places.read("--settings", "flag.json") == order
    assert places.read("-p", "--settings=flag.json") == order


def test_settings_on_the_command_line_may_be_json(places: Places) -> None:
    assert "inline" in places.read("--settings", '{"env": {"WHO": "inline"}}')
    assert "inline" not in places.read("--", "--settings", '{"env": {"WHO": "inline"}}')


def test_sources_can_be_chosen(places: Places) -> None:
    always = ["managed", "part one", "part two"]
    assert places.read("--setting-sources", "project, local") == ["global", "project", "local", *always]
    assert places.read("--setting-sources=") == ["global", *always]


def test_another_folder_of_the_user_s(places: Places, tmp_path: Path) -> None:
    put(tmp_path / "other" / ".claude.json", "other global")
    put(tmp_path / "other" / "settings.json", "other user")
    assert places.read(CLAUDE_CONFIG_DIR=str(tmp_path / "other"))[:3] == ["other global", "other user", "project"]


def test_the_home_folder_as_project_is_read_once(places: Places) -> None:
    found = settings_files({"HOME": str(places.home)}, (), places.home, places.managed)
    assert [each.env["WHO"] for each in found][:2] == ["global", "user"]
    assert len(found) == 5


@pytest.mark.parametrize("content", ["", "[1]", "{", '"text"', "\udc00"])
def test_what_is_no_settings_file_is_left_out(tmp_path: Path, content: str) -> None:
    places = Places(tmp_path)
    (places.home / ".claude" / "settings.json").write_bytes(content.encode(errors="surrogatepass"))
    assert places.read() == []


@pytest.mark.parametrize("env", [None, [], "text", {"WHO": 3}])
def test_odd_environments_are_read_as_texts(tmp_path: Path, env: Any) -> None:
    places = Places(tmp_path)
    (places.home / ".claude" / "settings.json").write_text(json.dumps({"env": env}))
    assert places.read() == ["3" if isinstance(env, dict) else ""]
