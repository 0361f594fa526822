"""The shell's completion, in the shell."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from addon.cli.complete import models, routes
from tests.support.own_terminal import OwnTerminal
from tests.support.service import CCR, Machine

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="this machine has no bash")

LOAD = 'eval "$(_CCR_COMPLETE=source_bash ccr)"'


def completed(here: Machine, *lines: list[str]) -> list[list[str]]:
    """What bash would offer for the last word of each line."""
    script = [LOAD]
    for words in lines:
        script += [f"COMP_WORDS=(ccr {shlex.join(words)}); COMP_CWORD={len(words)}; _ccr_completion ccr"]
        script += ['printf "%s\\n" "${COMPREPLY[*]}"']
    path = f"{CCR.parent}:{here.env['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=here.home, env=here.env | {"PATH": path}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return [line.split() for line in done.stdout.splitlines()]


def test_words_are_offered(here: Machine) -> None:
    expected = [
        (["resta"], ["restart"]),
        (["service", "un"], ["uninstall"]),
        (["start", "--fo"], ["--foreground"]),
        (["start", "--config", "open"], ["openai", "openrouter"]),
        (["start", "--config", "no-such"], []),
        (["start", "--config", "=", "open"], ["openai", "openrouter"]),
        (["doctor", "--only", "cloc"], ["clock"]),
        (["init", "--provider", "deeps"], ["deepseek"]),
        (["model", "use", "long"], ["longContext"]),
    ]
    assert completed(here, *(words for words, _ in expected)) == [offered for _, offered in expected]


def test_bash_takes_a_colon_for_a_word_and_is_told_what_follows_it(here: Machine) -> None:
    here.config('{"Providers": [{"name": "ollama", "models": ["llama3:8b", "llama3:70b"]}]}')
    expected = [
        (["model", "use", "default", "ollama,"], ["ollama,llama3:8b", "ollama,llama3:70b"]),
        (["model", "use", "default", "ollama,llama3", ":"], ["8b", "70b"]),
        (["model", "use", "default", "ollama,llama3", ":", "7"], ["70b"]),
        (["replay", "a.flows", "--model", "=", "ollama,llama3", ":", "8"], ["8b"]),
        (["model", "list", "--provider", "ol"], ["ollama"]),
    ]
    assert completed(here, *(words for words, _ in expected)) == [offered for _, offered in expected]


def test_the_tab_key_writes_the_rest(here: Machine) -> None:
    here.config('{"Providers": [{"name": "ollama", "models": ["llama3:8b", "llama3:70b"]}]}')
    env = here.env | {"PATH": f"{CCR.parent}:{here.env['PATH']}", "PS1": "> "}
    with OwnTerminal(["bash", "--norc", "--noprofile", "-i"], here.home, env) as terminal:
        terminal.type(f"{LOAD}; echo lo''aded\n")
        terminal.wait_for("loaded\r\n")
        terminal.type("ccr resta\t")
        terminal.wait_for("ccr restart ")
        terminal.type("\x15ccr start --config deeps\t")
        terminal.wait_for("--config deepseek ")
        terminal.type("\x15ccr model use default oll\t")
        terminal.wait_for("ama,llama3:")
        terminal.type("7\t")
        terminal.wait_for("0b ")


def test_models_and_routes_are_those_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "c.yaml"
    monkeypatch.setenv("CCR_CONFIG", str(config))
    assert models("") == []  # it is not there, and nobody is told amid a line
    config.write_text(
        "providers:\n  - {name: ollama, models: [a, b]}\n  - {name: other, base_url: 'http://127.0.0.1:1', models: '*'}\n"
    )
    assert models("oll") == ["ollama,a", "ollama,b"]
    assert models("x") == []
    assert routes("") == ["default", "background", "think", "longContext", "webSearch", "image"]
    assert routes("LONG") == ["longContext"]
