"""`ccr model` as users run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from addon.config.load import load_settings
from tests.support.listing_fakes import ALL_SKILLS, ListingChat
from tests.support.program import at_terminal, ran, ran_as_process
from tests.support.router import free_port

KEY = "sk-fake-provider-key"


@pytest.fixture
def config(tmp_path: Path, chat: ListingChat) -> Path:
    path = tmp_path / ".claude-code-router" / "config.yaml"
    path.parent.mkdir()
    path.write_text(
        f"""\
# mine
providers:
  - name: mine
    base_url: {chat.base_url}
    api_key: $MINE
    models: [big]   # more to come
    model_info:
      big: {{price: {{input: 1, output: 2}}}}
  - name: dead
    base_url: http://127.0.0.1:{free_port()}/v1
    models: [ghost]
router:
  default: "mine,big"   # for all
fallback: ["dead,ghost"]
""",
        encoding="utf-8",
    )
    return path


@pytest.mark.usefixtures("config")
def test_models_are_listed_with_window_price_and_routes(tmp_path: Path) -> None:
    done = ran_as_process(tmp_path, "model", "list", MINE=KEY)
    assert done.returncode == 0, done.stderr
    rows = {
        line.split()[0]: line
        for line in done.stdout.splitlines()
        if "," in line.split(" ")[1:2] or line.strip()[:4] in ("mine", "dead")
    }
    assert "200k" in rows["mine,big"]
    assert "1 / 2" in rows["mine,big"]
    assert "default" in rows["mine,big"]
    assert "64k" in rows["mine,small-mini"]
    assert "fallback of all" in done.stdout
    assert "dead: its list cannot be had: nothing listens at" in done.stderr
    assert "\x1b" not in done.stdout


@pytest.mark.usefixtures("config")
def test_json_is_one_document_on_stdout(tmp_path: Path) -> None:
    models = json.loads(ran(tmp_path, "model", "list", "--provider", "mine", "--json", MINE=KEY).stdout)
    assert models[0] == {
        "provider": "mine",
        "model": "big",
        "context_window": 200_000,
        "price": {"input": 1.0, "output": 2.0},
        "tools": None,
        "routes": ["default"],
    }


@pytest.mark.usefixtures("config")
def test_models_are_searched_by_parts_of_their_names(tmp_path: Path) -> None:
    found = ran(tmp_path, "model", "search", "MINI", "small", MINE=KEY)
    assert "mine,small-mini" in found.stdout
    assert "big" not in found.stdout
    nothing = ran(tmp_path, "model", "search", "zzz", MINE=KEY)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "no model has `zzz` in its name" in nothing.stderr


@pytest.mark.usefixtures("config")
def test_a_provider_that_is_not_there_is_told_with_the_closest(tmp_path: Path) -> None:
    assert "did you mean `mine`?" in ran(tmp_path, "model", "list", "--provider", "mien", MINE=KEY).stderr


@pytest.mark.usefixtures("config")
def test_a_provider_without_a_model_is_sent_to_its_list(tmp_path: Path) -> None:
    assert "`ccr model list --provider mine` shows its models" in ran(tmp_path, "model", "test", "mine", MINE=KEY).stderr


def test_a_route_is_set_and_the_rest_of_the_file_stays(config: Path, tmp_path: Path) -> None:
    before = config.read_text()
    done = ran(tmp_path, "model", "use", "background", "mine,small-mini")
    assert done.returncode == 0, done.stderr
    assert "background is mine,small-mini now" in done.stdout
    assert "ccr.reload" in done.stderr
    expected = before.replace("models: [big]   #", 'models: [big, "small-mini"]   #')
    assert config.read_text() == expected.replace("# for all\n", "# for all\n  background: mine,small-mini\n")
    (backup,) = config.parent.glob("*.bak-*")
    assert backup.read_text() == before


def test_a_list_that_an_anchor_shares_stays_and_the_route_is_set_with_a_warning(config: Path, tmp_path: Path) -> None:
    text = (
        "\ufeffproviders:\n  a: &a {base_url: 'http://127.0.0.1:1/v1', models: [m]}\n  b: {<<: *a}\nrouter: {default: 'a,m'}\r\n"
    )
    config.write_text(text, encoding="utf-8", newline="")
    config.chmod(0o644)
    done = ran(tmp_path, "model", "use", "default", "a,n")
    assert done.returncode == 0, done.stderr
    assert "warning: router.default: the provider `a` does not list the model `n`" in done.stderr
    assert config.read_bytes().decode() == text.replace("a,m", "a,n")
    assert config.stat().st_mode & 0o777 == 0o644


def test_saying_it_twice_changes_nothing(config: Path, tmp_path: Path) -> None:
    done = ran(tmp_path, "model", "use", "default", "mine,big")
    assert "already" in done.stdout
    assert list(config.parent.iterdir()) == [config]


@pytest.mark.parametrize(
    ("route", "choice", "said"),
    [
        ("backgrond", "mine,big", "the routes are `default`"),
        ("think", "mien,big", "names no configured provider: `mien`\nhint: did you mean `mine`?"),
        ("think", "big", "is not `provider,model`"),
    ],
)
def test_a_wrong_edit_changes_nothing(config: Path, tmp_path: Path, route: str, choice: str, said: str) -> None:
    before = config.read_text()
    done = ran(tmp_path, "model", "use", route, choice)
    assert done.returncode == 1
    assert said in done.stderr
    assert config.read_text() == before
    assert list(config.parent.iterdir()) == [config]


def test_json_configs_are_not_edited_and_the_way_out_is_named(config: Path, tmp_path: Path) -> None:
    old = config.with_name("config.json")
    old.write_text('{"Providers": [], "Router": {}}')
    config.unlink()
    done = ran(tmp_path, "model", "use", "default", "mine,big")
    assert f"ccr init --from {old}" in done.stderr
    with at_terminal(tmp_path, "model") as terminal:  # before anything is asked
        terminal.sees("JSON cannot be edited")
        assert terminal.status() == 1
        assert "Change which route?" not in terminal.shown


def test_without_a_config_init_is_named(tmp_path: Path) -> None:
    done = ran(tmp_path, "model", "list")
    assert (done.returncode, "`ccr init` writes one" in done.stderr) == (1, True)


def test_a_shipped_config_is_not_edited(tmp_path: Path) -> None:
    done = ran(tmp_path, "model", "--config", "deepseek", "use", "default", "deepseek,x")
    assert (done.returncode, "came with the program" in done.stderr) == (1, True)


@pytest.mark.usefixtures("config")
def test_a_model_is_tested_and_a_table_shows_what_works(chat: ListingChat, tmp_path: Path) -> None:
    done = ran(tmp_path, "model", "test", "mine,big", "--long", "2000", MINE=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    for probe in ("text", "streaming", "tool call", "parallel tools", "tool result", "image", "thinking", "long prompt"):
        assert any(line.strip().startswith(probe) and "✓ works" in line for line in done.stdout.splitlines())
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert chat.complaints == []


@pytest.mark.usefixtures("config")
def test_a_model_without_tools_has_status_1(chat: ListingChat, tmp_path: Path) -> None:
    chat.skills = ALL_SKILLS - {"tools"}
    done = ran(tmp_path, "model", "test", "mine,big", "--long", "0", "--json", MINE=KEY)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert (document["model"], document["works"]) == ("mine,big", False)
    assert {probe["name"]: probe["state"] for probe in document["probes"]}["tool call"] == "fails"
    assert "Claude Code cannot work with `mine,big`" in done.stderr
    assert KEY not in done.stdout + done.stderr


def test_routes_are_chosen_by_hand(config: Path, tmp_path: Path) -> None:
    with at_terminal(tmp_path, "model", MINE=KEY) as terminal:
        terminal.sees("dead: nothing listens at")
        terminal.sees("1 default mine,big 200k 1 / 2")
        terminal.answers("Change which route?", "2")
        terminal.answers("Model for background", "mini")
        terminal.sees("1 mine,small-mini")
        terminal.answers("Model for background", "1")
        terminal.sees("background is mine,small-mini now")
        terminal.sees("2 background mine,small-mini")
        terminal.answers("Change which route?")
        assert terminal.status() == 0
    settings = load_settings(str(config), env={"MINE": KEY})
    assert str(settings.router.background) == "mine,small-mini"
    assert settings.warnings == ()
    assert "# for all" in config.read_text()


def test_leaving_changes_nothing(config: Path, tmp_path: Path) -> None:
    before = config.read_text()
    with at_terminal(tmp_path, "model", MINE=KEY) as terminal:
        terminal.answers("Change which route?", "default")
        terminal.sees("Model for default")
        terminal.interrupts()
        assert terminal.status() == 130
        assert "Traceback" not in terminal.shown
    assert config.read_text() == before


@pytest.mark.usefixtures("config")
def test_without_a_terminal_the_other_commands_are_named(tmp_path: Path) -> None:
    done = ran(tmp_path, "model", MINE=KEY)
    assert (done.returncode, "ccr model use ROUTE" in done.stderr) == (1, True)
