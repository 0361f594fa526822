"""`ccr init` without a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.config.load import load_settings
from addon.config.settings import Price
from tests.support.listing_fakes import ListingChat
from tests.support.program import ran, ran_as_process
from tests.support.router import free_port

KEY = "sk-fake-provider-key"


def test_flags_alone_are_enough(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    done = ran_as_process(tmp_path, "init", "--yes", "--provider", "openai", "--base-url", fake.base_url, OPENAI_API_KEY=KEY)
    assert (done.returncode, done.stdout) == (0, f"wrote {config}\nnext: ccr code\n")
    assert "openai: the key works, 4 models" in done.stderr
    settings = load_settings(str(config), env={"OPENAI_API_KEY": KEY})
    assert {name: str(choice) for name, choice in settings.router.routes.items()} == {
        "default": "openai,grand-pro",
        "background": "openai,quick-mini",
        "think": "openai,grand-pro",
        "longContext": "openai,endless",
    }
    assert settings.router.long_context_threshold == 90_000
    about = settings.providers["openai"].about("endless")
    assert (about.context_window, about.price) == (1_000_000, Price(1, 4)), "what only the list says is written down"
    assert settings.warnings == ()
    assert KEY not in config.read_text() + done.stdout + done.stderr


def test_models_may_be_chosen_by_flags(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    models = ("--model", "endless", "--background", "mine,quick-mini", "--think", "grand-pro", "--long-context", "endless")
    done = ran(tmp_path, "init", "--provider", "mine", "--base-url", fake.base_url, "--key-var", "$K", *models, K=KEY)
    assert done.returncode == 0, done.stderr
    settings = load_settings(str(config), env={"K": KEY})
    assert [str(settings.router.route(name)) for name in ("default", "background", "think", "longContext")] == [
        "mine,endless", "mine,quick-mini", "mine,grand-pro", "mine,endless",
    ]  # fmt: skip


def test_without_a_terminal_and_flags_the_flags_are_named(config: Path, tmp_path: Path) -> None:
    done = ran(tmp_path, "init")
    assert done.returncode == 1
    assert done.stderr.startswith("ccr init: this is not a terminal")
    for flag in ("--provider", "--base-url", "--key-var", "--model", "--from", "--yes"):
        assert flag in done.stderr
    assert not config.parent.exists()


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (["--provider", "openai"], {}, "the environment variable `OPENAI_API_KEY` is not set; hint: export OPENAI_API_KEY=…"),
        (["--provider", "opnai"], {}, "hint: give its URL with `--base-url`; did you mean `openai`?"),
        (["--provider", "azure"], {"AZURE_OPENAI_API_KEY": KEY}, "`azure` needs its own URL"),
        (["--yes"], {"GROQ_API_KEY": KEY, "XAI_API_KEY": KEY}, "choose one with `--provider`"),
        (["--provider", "x", "--base-url", "ftp://x"], {"X_API_KEY": KEY}, "is not an http or https URL"),
        (["--provider", "x", "--base-url", "http://127.0.0.1:1/v1"], {}, "nothing listens at http://127.0.0.1:1"),
        (["--from", "/nowhere/config.json"], {}, "cannot be read: No such file or directory"),
        (["--provider", "x", "--base-url", "http://127.0.0.1:1/v1", "--no-test"], {}, "name one with `--model`"),
    ],
)
def test_each_lack_is_told_with_what_to_do(
    arguments: list[str], env: dict[str, str], said: str, config: Path, tmp_path: Path
) -> None:
    done = ran(tmp_path, "init", *arguments, **env)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not config.exists()


def test_a_refused_key_writes_nothing(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    done = ran(tmp_path, "init", "--provider", "openai", "--base-url", fake.base_url, OPENAI_API_KEY="sk-wrong-key-0123456789")
    assert done.returncode == 1
    assert "the key is refused (401" in done.stderr
    assert "(the key is in $OPENAI_API_KEY)" in done.stderr
    assert "sk-wrong" not in done.stderr
    assert not config.exists()


def test_a_server_of_this_machine_that_asks_for_a_key_is_told_how_to_name_it(
    fake: ListingChat, config: Path, tmp_path: Path
) -> None:
    done = ran(tmp_path, "init", "--provider", "vllm", "--base-url", fake.base_url)
    assert done.returncode == 1
    assert "a key is asked for (401" in done.stderr
    assert "hint: name the variable that holds its key: `--key-var VLLM_API_KEY`" in done.stderr
    assert not config.exists()


def test_a_key_that_cannot_be_one_is_told_with_its_variable(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    done = ran(tmp_path, "init", "--provider", "mine", "--base-url", fake.base_url, MINE_API_KEY=f'"{KEY}"')
    assert done.returncode == 1
    assert "is in quotes" in done.stderr
    assert "the key is in $MINE_API_KEY" in done.stderr
    assert KEY not in done.stderr
    assert not config.exists()


def test_a_model_that_is_not_listed_is_told_with_the_closest(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    done = ran(tmp_path, "init", "--provider", "mine", "--base-url", fake.base_url, "--model", "grand-prou", MINE_API_KEY=KEY)
    assert "mine does not list the model `grand-prou`; hint: did you mean `grand-pro`?" in done.stderr
    assert not config.exists()


def test_nobody_is_asked_with_no_test(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    arguments = ("--provider", "mine", "--base-url", fake.base_url, "--model", "anything", "--no-test", "--out", "mine.yaml")
    done = ran(tmp_path, "init", *arguments, MINE_API_KEY=KEY)
    assert done.returncode == 0, done.stderr
    assert "was not tested" in done.stderr
    assert done.stdout == "wrote mine.yaml\nnext: CCR_CONFIG=mine.yaml ccr code\n"
    assert fake.seen == []
    assert not config.exists()


def test_a_file_that_is_there_is_replaced_by_force_only(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    config.parent.mkdir()
    config.write_text("# mine\n")
    arguments = ("init", "--yes", "--provider", "mine", "--base-url", fake.base_url)
    refused = ran(tmp_path, *arguments, MINE_API_KEY=KEY)
    assert refused.returncode == 1
    assert "stays as it was" in refused.stderr
    assert config.read_text() == "# mine\n"
    forced = ran(tmp_path, *arguments, "--force", MINE_API_KEY=KEY)
    assert forced.returncode == 0
    (backup,) = config.parent.glob("*.bak-*")
    assert backup.read_text() == "# mine\n"
    assert str(backup) in forced.stdout


def test_the_only_provider_whose_key_is_set_is_taken(config: Path, tmp_path: Path) -> None:
    """Asked through a proxy that nobody runs: what matters is who."""
    done = ran(tmp_path, "init", "--yes", GROQ_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "groq: " in done.stderr
    assert "is $HTTPS_PROXY right" in done.stderr
    assert not config.exists()


def test_a_local_server_needs_no_key(config: Path, tmp_path: Path) -> None:
    with ListingChat([{"id": "qwen3-coder:30b"}], public=True) as local:
        done = ran(tmp_path, "init", "--provider", "ollama", "--base-url", local.base_url)
    assert done.returncode == 0, done.stderr
    assert "ollama: it answers, 1 model" in done.stderr
    assert "api_key" not in config.read_text()


def test_a_folder_that_cannot_be_written_to_is_told(fake: ListingChat, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    arguments = ("--provider", "mine", "--base-url", fake.base_url, "--out", "file/config.yaml")
    done = ran(tmp_path, "init", *arguments, MINE_API_KEY=KEY)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_test_goes_the_way_that_the_router_will_go(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    """The fake is given the whole URL, as proxies are, and the login that the variable holds; the file needs neither."""
    proxy = fake.url.replace("//", "//me:hidden-word@")
    arguments = ("init", "--provider", "mine", "--base-url", "http://provider.example/v1")
    done = ran(tmp_path, *arguments, MINE_API_KEY=KEY, HTTP_PROXY=proxy)
    assert done.returncode == 0, done.stderr
    assert fake.seen[0].request.target == "http://provider.example/v1/models"
    settings = load_settings(str(config), env={"MINE_API_KEY": KEY, "HTTP_PROXY": proxy})
    assert settings.providers["mine"].proxy.url == fake.url
    assert "hidden-word" not in done.stdout + done.stderr + config.read_text()
