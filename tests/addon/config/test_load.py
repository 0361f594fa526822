from __future__ import annotations

import os
from pathlib import Path

import pytest

from addon.config.errors import ConfigError
from addon.config.load import BUILT_IN, MAX_BYTES, SHIPPED, find_config, load_settings, shipped_configs
from addon.config.settings import Settings


def place(file: Path, port: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'{{"PORT": {port}}}', encoding="utf-8")
    return file


def settings_of(tmp_path: Path, path: str = "", **env: str) -> Settings:
    return load_settings(path, env=env, cwd=tmp_path / "cwd", home=tmp_path / "home")


def refused(tmp_path: Path, path: str = "", **env: str) -> str:
    with pytest.raises(ConfigError) as raised:
        settings_of(tmp_path, path, **env)
    return str(raised.value).replace(f"{tmp_path}/", "")


def test_the_first_place_that_has_a_file_wins(tmp_path: Path) -> None:
    given, named = place(tmp_path / "given.yaml", 1), place(tmp_path / "named.yaml", 2)
    own = tmp_path / "home" / ".claude-code-router"
    files = [place(tmp_path / "cwd/.ccr.yaml", 3), place(own / "config.yaml", 4), place(own / "config.json", 5)]
    assert settings_of(tmp_path, str(given), CCR_CONFIG=str(named)).port == 1
    assert settings_of(tmp_path, CCR_CONFIG=str(named)).port == 2
    for port, file in enumerate(files, start=3):
        settings = settings_of(tmp_path, CCR_CONFIG="")
        assert (settings.port, settings.source) == (port, str(file))
        file.unlink()
    assert settings_of(tmp_path).source == BUILT_IN


def test_without_any_file_everything_goes_to_anthropic_with_the_client_s_own_login(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    provider = settings.providers["anthropic"]
    assert (provider.base_url, provider.dialect, provider.auth) == ("https://api.anthropic.com", "anthropic", "client")
    assert provider.keys == ()
    assert {name: str(choice) for name, choice in settings.router.routes.items()} == {"default": "anthropic,*"}
    assert (settings.host, settings.port, settings.client_keys, settings.warnings) == ("127.0.0.1", 3456, (), ())


def test_a_relative_path_is_looked_up_where_the_program_runs_and_a_tilde_at_home(tmp_path: Path) -> None:
    place(tmp_path / "cwd/sub/a.yaml", 1)
    place(tmp_path / "home/b.yaml", 2)
    assert settings_of(tmp_path, "sub/a.yaml").port == 1
    assert settings_of(tmp_path, "~/b.yaml").port == 2
    assert settings_of(tmp_path, CCR_CONFIG="~/b.yaml").port == 2


def test_a_bare_name_is_a_shipped_config_unless_there_is_such_a_file(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "demo").source == str(SHIPPED / "demo.yaml")
    assert settings_of(tmp_path, CCR_CONFIG="demo").source == str(SHIPPED / "demo.yaml")
    place(tmp_path / "cwd/demo", 1)
    assert settings_of(tmp_path, "demo").port == 1


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.yaml", "nowhere.yaml: there is no such file\nhint: give the path of a file, or one of `deepseek`, "),
        ("./demo", "./demo: there is no such file\nhint: "),
        ("nope", "nope: there is no such file\nhint: give the path of a file, or one of `deepseek`, "),
        ("dmo", "dmo: there is no such file\nhint: did you mean the shipped `demo`?"),
    ],
)
def test_a_given_path_that_is_not_there_is_refused(tmp_path: Path, path: str, message: str) -> None:
    assert refused(tmp_path, path).startswith(message)


def test_a_path_from_the_environment_that_is_not_there_says_who_named_it(tmp_path: Path) -> None:
    message = refused(tmp_path, CCR_CONFIG="nowhere.yaml")
    assert message.startswith("nowhere.yaml: there is no such file\nhint: the environment variable `CCR_CONFIG` names it; ")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cwd/.ccr.yaml").mkdir(parents=True)
    assert refused(tmp_path) == "cwd/.ccr.yaml: is a directory, not a file\nhint: name the file in it"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: \xff\xfe")
    assert refused(tmp_path, str(tmp_path / "x.yaml")) == "x.yaml: is not UTF-8: byte 3 is `0xff`\nhint: save it as UTF-8"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfport: 4000\r\nhost: 127.0.0.1\r\n")
    assert settings_of(tmp_path, str(tmp_path / "x.yaml")).port == 4000


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert refused(tmp_path, str(tmp_path / "x.yaml")).startswith("x.yaml: is too large for a configuration\nhint: ")


def test_a_link_to_nothing_is_refused_rather_than_passed_over(tmp_path: Path) -> None:
    (tmp_path / "cwd").mkdir()
    (tmp_path / "cwd/.ccr.yaml").symlink_to(tmp_path / "gone")
    assert refused(tmp_path).startswith("cwd/.ccr.yaml: cannot be read: No such file or directory\nhint: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    place(tmp_path / "x.yaml", 1).chmod(0)
    assert refused(tmp_path, str(tmp_path / "x.yaml")).startswith("x.yaml: cannot be read: Permission denied\nhint: ")


@pytest.mark.parametrize(("value", "port"), [("4000", 4000), (" 0 ", 0), ("", 5)])
def test_service_port_goes_before_the_file(tmp_path: Path, value: str, port: int) -> None:
    file = place(tmp_path / "x.yaml", 5)
    assert settings_of(tmp_path, str(file), SERVICE_PORT=value).port == port


@pytest.mark.parametrize("value", ["x", "65536", "-1", "1.5"])
def test_a_service_port_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    assert refused(tmp_path, SERVICE_PORT=value) == (
        f"environment: the environment variable `SERVICE_PORT` is `{value}`, not a port\nhint: set it to 0 to 65535, or unset it"
    )


def test_home_stands_for_itself_where_the_environment_has_none(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("CLAUDE_PATH: $HOME/bin/claude", encoding="utf-8")
    assert settings_of(tmp_path, str(tmp_path / "x.yaml")).claude_path == f"{tmp_path}/home/bin/claude"


def test_the_process_s_own_environment_is_used_if_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CCR_CONFIG", raising=False)
    monkeypatch.setenv("SERVICE_PORT", "4001")
    assert load_settings().port == 4001


def test_nothing_but_looking_is_done_to_find_a_config(tmp_path: Path) -> None:
    assert find_config("", env={}, cwd=tmp_path / "no", home=tmp_path / "nor") is None
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_configs_are_listed() -> None:
    assert shipped_configs() == ("deepseek", "default", "demo", "mixed-cost", "ollama", "openai", "openrouter", "tokenmix")
