from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.addon.cli.test_code import CONFIG
from tests.support.service import CCR, Machine

SHOW = 'printf \'%s|%s|%s|%s\' "$ANTHROPIC_BASE_URL" "$ANTHROPIC_AUTH_TOKEN" "$NO_PROXY" "$ANTHROPIC_API_KEY"'


def shown(here: Machine, *command: str, **env: str) -> str:
    done = subprocess.run(command, cwd=here.home, env=here.env | env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("shell", "evaluated"),
    [
        ("bash", 'eval "$(ccr env{})"'),
        ("zsh", 'eval "$(ccr env{})"'),
        ("fish", "ccr env{} | source"),
        ("sh", 'eval "$(ccr activate{})"'),
    ],
)
def test_a_shell_that_evaluates_it_asks_the_router(here: Machine, shell: str, evaluated: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"this machine has no {shell}")
    here.env["PATH"] = f"{CCR.parent}:{here.env['PATH']}"
    here.config(json.dumps(CONFIG | {"APIKEY": "it's a key; $(x)"}))
    told = shown(here, shell, "-c", f"{evaluated.format('')}\n{SHOW}", ANTHROPIC_API_KEY="sk-own", SHELL="/bin/other")
    assert told == f"{here.url}|it's a key; $(x)|127.0.0.1,localhost,::1|"
    back = f"{evaluated.format('')}\n{evaluated.format(' --unset')}\n{SHOW}"
    assert shown(here, shell, "-c", back, ANTHROPIC_API_KEY="sk-own").startswith("||")


def test_lines_for_powershell_are_quoted_its_way(here: Machine) -> None:
    here.config(json.dumps(CONFIG | {"APIKEY": "it's"}))
    told = here.ok("env", "--shell", "powershell")
    assert "$env:ANTHROPIC_AUTH_TOKEN = 'it''s'" in told.splitlines()
    assert "Remove-Item Env:ANTHROPIC_API_KEY -ErrorAction SilentlyContinue" in told.splitlines()


def test_it_starts_nothing_and_says_that_nothing_runs(here: Machine) -> None:
    here.config(json.dumps(CONFIG))
    done = here.run("env", "--shell", "bash")
    assert f"no router runs at {here.url} yet; hint: `ccr start`" in done.stderr
    assert not here.answers()


def test_it_tells_of_the_service_that_runs(here: Machine) -> None:
    here.config(json.dumps(CONFIG | {"PORT": 0}))
    del here.env["SERVICE_PORT"]
    done = here.run("env")
    assert done.returncode == 1
    assert "any free port" in done.stderr
    url = here.ok("start").split()[2]
    done = here.run("env", "--shell", "bash")
    assert f"export ANTHROPIC_BASE_URL={url}" in done.stdout.splitlines()
    assert done.stderr == ""
    here.ok("stop")


def test_without_a_config_no_login_is_made_up(here: Machine) -> None:
    told = here.ok("env", "--shell", "bash", ANTHROPIC_AUTH_TOKEN="unused")
    assert "export ANTHROPIC_AUTH_TOKEN" not in told
    assert "unset ANTHROPIC_AUTH_TOKEN" in told.splitlines()
    assert "ANTHROPIC_API_KEY" not in told


def test_an_unknown_shell_is_refused(here: Machine) -> None:
    done = here.run("env", "--shell", "tcsh")
    assert done.returncode == 2
    assert "powershell" in done.stderr
