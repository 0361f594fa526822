"""The README names all there is, and what it names is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from mitmproxy.test import taddons

from addon.assembly import addons
from addon.cli.program import app
from addon.config.load import shipped_configs
from addon.config.reference import all_keys
from addon.listen import Listen
from translators.quirks import quirk_names

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL_BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
LINKS = re.findall(r"\]\(([^)\s]+)\)", README)


def options_and_commands() -> list[str]:
    """All that the addons add to mitmproxy."""
    with taddons.context(*addons) as context:
        options = [name for name in context.options.keys() if name.startswith("ccr_")]  # noqa: SIM118 - it is no mapping
        commands = [name for name in context.master.commands.commands if name.startswith("ccr.")]
    for addon in addons:
        if isinstance(addon, Listen):
            addon._silence.end()  # it would hold for the tests that follow
    return sorted(options + commands)


def program_words() -> list[str]:
    """The subcommands of `ccr` and the options of each."""
    group = typer.main.get_command(app)
    commands = getattr(group, "commands", {})
    options = [option for command in (group, *commands.values()) for parameter in command.params for option in parameter.opts]
    return [*(f"ccr {name}" for name in commands), *(option for option in options if option.startswith("--"))]


@pytest.mark.parametrize("name", options_and_commands())
def test_each_option_and_command_of_mitmproxy_s_is_there(name: str) -> None:
    assert f"`{name}" in README


@pytest.mark.parametrize("key", all_keys())
def test_each_key_of_the_configuration_is_there(key: str) -> None:
    assert f"`{key.rpartition('.')[2]}`" in README


@pytest.mark.parametrize("name", sorted(quirk_names()))
def test_each_quirk_is_there(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("word", program_words())
def test_each_command_and_option_of_the_program_is_there(word: str) -> None:
    assert re.search(rf"{re.escape(word)}\b", README)


@pytest.mark.parametrize("name", shipped_configs())
def test_each_shipped_configuration_is_there(name: str) -> None:
    assert re.search(rf"\b{re.escape(name)}\b", README)


def test_each_link_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert LINKS
    for link in LINKS:
        path, _, anchor = link.partition("#")
        assert link.startswith("https://") or not path or (ROOT / unquote(path)).exists(), link
        assert path or anchor in anchors, link


@pytest.mark.parametrize("block", SHELL_BLOCKS)
def test_each_block_of_commands_can_be_run(block: str) -> None:
    """As far as that shows without running it: the shell can read it, and the programs are there."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("this machine has no bash")
    read = subprocess.run([bash, "-n"], input=block, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    here = Path(sys.executable).parent
    for program, module in re.findall(r"uv run (?:python -m ([\w.]+)|([\w-]+))", block):
        assert (here / module).exists() if module else find_spec(program) is not None
    for file in re.findall(r"(?:-s |bash |ccr_config=)([\w./-]+)", block):
        assert (ROOT / file).exists() or file in shipped_configs(), file


def test_the_two_commands_of_a_fresh_machine_are_the_first() -> None:
    commands = [block.strip() for block in SHELL_BLOCKS[:2]]
    assert commands == ["pip install uv && uv run ccr demo", "pip install uv && uv run pytest"]
