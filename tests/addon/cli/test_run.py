from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.addon.cli.test_code import CONFIG, HARD
from tests.support.service import CCR, Machine, machine
from tests.support.stand_in import stand_in


@pytest.fixture(scope="module")
def machine_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    for it in machine(tmp_path_factory.mktemp("run")):
        it.config(json.dumps(CONFIG))
        yield it


@pytest.mark.parametrize("dashes", [["--"], []])
def test_from_the_program_s_name_on_every_argument_is_its_own(machine_here: Machine, dashes: list[str]) -> None:
    program = stand_in(machine_here.home / "bin", "script")
    raw = [os.fsencode(each) for each in HARD] + [b"no \xff\xfe utf-8"]
    command = [os.fsencode(each) for each in (str(CCR), "run", *dashes, str(program.path))]
    subprocess.run([*command, *raw], cwd=machine_here.home, env=machine_here.env, timeout=60, check=True)
    assert program.report["argv"][1:] == raw


def test_any_program_is_led_to_the_service(machine_here: Machine) -> None:
    code = "import os; print(os.environ['ANTHROPIC_BASE_URL'], 'ANTHROPIC_API_KEY' in os.environ)"
    assert machine_here.ok("run", "--", sys.executable, "-c", code, ANTHROPIC_API_KEY="sk") == f"{machine_here.url} False\n"


def test_a_config_may_be_given(machine_here: Machine) -> None:
    done = machine_here.run("run", "--config", "nobody-has-this", "--", "true")
    assert done.returncode == 1
    assert "there is no such file" in done.stderr


def test_signals_are_as_a_shell_gives_them(machine_here: Machine) -> None:
    """Python ignores SIGPIPE, which a program would inherit: `ccr run -- yes | head` would then end with an error."""
    assert machine_here.run("run", "--", "sh", "-c", "kill -PIPE $$; exit 9").returncode == -13


@pytest.mark.parametrize(
    ("program", "status"), [("no-such-program", 127), ("./no-such-program", 127), ("./text", 126), ("./bad", 126)]
)
def test_a_program_that_cannot_be_run_is_said(machine_here: Machine, program: str, status: int) -> None:
    (machine_here.home / "text").write_text("no program")
    bad = machine_here.home / "bad"
    bad.write_text("#!/nowhere/interpreter\n")
    bad.chmod(0o755)
    done = machine_here.run("run", "--", program)
    assert (done.returncode, done.stdout) == (status, "")
    assert program.removeprefix("./") in done.stderr
    assert "Traceback" not in done.stderr


def test_no_program_is_an_error_with_the_usage(machine_here: Machine) -> None:
    done = machine_here.run("run")
    assert done.returncode == 2
    assert "Usage: ccr run" in done.stderr
