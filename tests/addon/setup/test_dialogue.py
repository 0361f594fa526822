"""`ccr init` at a real terminal, typed into as a user would."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx2

from addon.config.load import load_settings
from tests.support.listing_fakes import ListingChat
from tests.support.mitm import command
from tests.support.process import Process
from tests.support.program import at_terminal, environment
from tests.support.router import LISTENING, ROOT

KEY = "sk-fake-provider-key"


def test_from_nothing_to_a_router_that_answers(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    with at_terminal(tmp_path, "init", MINE_API_KEY=KEY) as terminal:
        terminal.sees(f"This writes {config}")
        terminal.answers("Which one?", "0")
        terminal.answers("Its base URL", "not a url")
        terminal.sees("is not an http or https URL")
        terminal.answers("Its base URL", fake.base_url.removeprefix("http://"))
        terminal.answers("What shall routes call it?", "mine")
        terminal.sees("the key in $MINE_API_KEY is used")
        terminal.sees("mine: the key works, 4 models")
        terminal.answers("Add another provider?", "perhaps")
        terminal.sees("`y` or `n`, please")
        terminal.answers("Add another provider?", "no")
        terminal.sees("default mine,grand-pro")
        terminal.sees("background mine,quick-mini (128k context, $0.1 / 0.4 per million)")
        terminal.sees("longContext mine,endless")
        terminal.answers("Take these?")
        terminal.sees(f"wrote {config}")
        terminal.sees("next: ccr code")
        assert terminal.status() == 0
        assert KEY not in terminal.shown
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert KEY not in config.read_text()
    assert fake.asked() == []
    _router_answers(tmp_path, fake)


def _router_answers(home: Path, fake: ListingChat) -> None:
    """Found by itself in the home folder, with the key from the environment."""
    router = Process(
        command("mitmdump", home, "--set", "server=false", "--set", "ccr_listen=127.0.0.1:0"),
        ROOT, environment(home, MINE_API_KEY=KEY),
    )  # fmt: skip
    try:
        url = router.wait_for(LISTENING)
        body = {"model": "claude-opus-4-8", "max_tokens": 50, "messages": [{"role": "user", "content": "Hello"}]}
        answer = httpx2.post(f"{url}/v1/messages", json=body, headers={"x-api-key": "unused"}, trust_env=False)
    finally:
        router.stop()
    assert answer.status_code == 200, answer.text
    assert "one, two" in answer.json()["content"][0]["text"]
    assert [seen.model for seen in fake.asked()] == ["grand-pro"]
    assert fake.complaints == []


def test_a_key_that_is_typed_in_is_tried_and_kept_nowhere(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    with at_terminal(
        tmp_path, "init", "--provider", "deepseek", "--base-url", fake.base_url, "--key-var", "SOME_KEY"
    ) as terminal:
        terminal.answers("Key (Enter: without a test now):", "sk-wrong-key-0123456789")
        terminal.sees("the key is refused (401")
        terminal.answers("Try again?", "y")
        terminal.answers("Base URL")
        terminal.answers("Variable of the key")
        terminal.answers("Key (Enter: without a test now):", "two words")
        terminal.sees("that is no key")
        terminal.answers("Key (Enter: without a test now):", f'  export SOME_KEY="{KEY}" ')
        terminal.sees("the key works, 4 models")
        terminal.answers("Take these?", "y")
        terminal.sees("export SOME_KEY=…")
        assert terminal.status() == 0
        assert KEY not in terminal.shown
        assert "sk-wrong" not in terminal.shown
    assert "api_key: $SOME_KEY" in config.read_text()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and KEY in file.read_text()]


def test_a_server_of_this_machine_that_asks_for_a_key_after_all_is_given_one(
    fake: ListingChat, config: Path, tmp_path: Path
) -> None:
    with at_terminal(tmp_path, "init", "--provider", "vllm", "--base-url", fake.base_url) as terminal:
        terminal.sees("a key is asked for (401")
        terminal.answers("Try again?", "y")
        terminal.answers("Base URL")
        terminal.answers("Variable of the key (VLLM_API_KEY)")
        terminal.answers("Key (Enter: without a test now):", KEY)
        terminal.sees("vllm: the key works, 4 models")
        terminal.answers("Take these?")
        assert terminal.status() == 0
    assert "api_key: $VLLM_API_KEY" in config.read_text()


def test_a_route_is_changed_by_searching_for_a_model(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    with at_terminal(tmp_path, "init", "--provider", "mine", "--base-url", fake.base_url, MINE_API_KEY=KEY) as terminal:
        terminal.answers("Take these?", "n")
        terminal.answers("Which route?", "thinkk")
        terminal.sees("did you mean `think`?")
        terminal.answers("Which route?", "think")
        terminal.answers("Model for think", "END")
        terminal.sees("1 mine,endless")
        terminal.answers("Model for think", "1")
        terminal.sees("think mine,endless")
        terminal.answers("Take these?", "y")
        assert terminal.status() == 0
    settings = load_settings(str(config), env={"MINE_API_KEY": KEY})
    assert str(settings.router.think) == "mine,endless"


def test_ctrl_c_leaves_everything_as_it_was(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    config.parent.mkdir()
    config.write_text("# mine\n")
    arguments = ("init", "--provider", "mine", "--base-url", fake.base_url)
    for question, before in (("Replace it?", ()), ("Take these?", ("Replace it?",))):
        with at_terminal(tmp_path, *arguments, MINE_API_KEY=KEY) as terminal:
            for earlier in before:
                terminal.answers(earlier, "y")
            terminal.sees(question)
            terminal.interrupts()
            terminal.sees("left; nothing was changed")
            assert terminal.status() == 130
            assert "Traceback" not in terminal.shown
    assert [(file.name, file.read_text()) for file in config.parent.iterdir()] == [("config.yaml", "# mine\n")]


def test_a_file_that_is_there_stays_unless_the_user_says_so(fake: ListingChat, config: Path, tmp_path: Path) -> None:
    config.parent.mkdir()
    config.write_text("# mine\n")
    arguments = ("init", "--provider", "mine", "--base-url", fake.base_url)
    with at_terminal(tmp_path, *arguments, MINE_API_KEY=KEY) as terminal:
        terminal.answers("Replace it? (A backup is kept)", "n")
        terminal.sees("stays as it was")
        assert terminal.status() == 1
    assert config.read_text() == "# mine\n"
    with at_terminal(tmp_path, *arguments, MINE_API_KEY=KEY) as terminal:
        terminal.answers("Replace it? (A backup is kept)", "y")
        terminal.answers("Take these?", "y")
        terminal.sees("the old one is kept")
        assert terminal.status() == 0
    (backup,) = config.parent.glob("config.yaml.bak-*")
    assert backup.read_text() == "# mine\n"


def test_claude_code_router_s_config_is_offered(config: Path, tmp_path: Path) -> None:
    config.parent.mkdir()
    old = {
        "Providers": [
            {"name": "groq", "api_base_url": "https://api.groq.com/openai/v1/chat/completions", "api_key": KEY, "models": ["m"]}
        ],
        "Router": {"default": "groq,m"},
    }
    config.with_name("config.json").write_text(json.dumps(old))
    with at_terminal(tmp_path, "init") as terminal:
        terminal.answers("Take it over?", "y")
        terminal.sees("$GROQ_API_KEY is what stands at providers.groq.api_key")
        terminal.sees("export GROQ_API_KEY=…")
        assert terminal.status() == 0
        assert KEY not in terminal.shown
    assert KEY not in config.read_text()
    assert json.loads(config.with_name("config.json").read_text()) == old


def test_keys_of_the_environment_come_first(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "init", GROQ_API_KEY=KEY, XAI_API_KEY=KEY) as terminal:
        terminal.sees("1 ✓ groq $GROQ_API_KEY is set")
        terminal.sees("2 ✓ xai $XAI_API_KEY is set")
        terminal.sees("with Claude Code's own login")
        terminal.answers("Which one?", "anthropic")
        terminal.sees("Claude Code's own login is passed on")
        terminal.answers("Add another provider?", "n")
        terminal.sees("default anthropic,*")
        terminal.answers("Take these?")
        assert terminal.status() == 0
    settings = load_settings(str(tmp_path / ".claude-code-router" / "config.yaml"), env={})
    assert settings.providers["anthropic"].auth == "client"
