"""The real program, as a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from addon.doctor.checks import CHECKS
from tests.addon.doctor.place import CCR, KEY, RUN_SECONDS, Place, mode, one_provider
from tests.addon.doctor.provider import Provider
from tests.support.own_terminal import OwnTerminal
from tests.support.provider import closed_port

CTRL_D = "\x04"
"""To the program the same as Ctrl-C at its question, but it waits in the terminal until it is read."""


def test_a_place_where_all_is_well_ends_with_0(place: Place, provider: Provider, tmp_path: Path) -> None:
    from tests.support.router import Router

    folder = tmp_path / "router"
    folder.mkdir()
    config = {**one_provider(provider.url), "PORT": closed_port()}
    with Router(config, folder, env={"ACME_API_KEY": KEY}) as router:
        path = folder / "config.json"
        path.chmod(0o600)
        done = place.run_as_process("--config", str(path), ANTHROPIC_BASE_URL=router.url, ACME_API_KEY=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("nothing is wrong")
    assert KEY not in done.stdout + done.stderr
    assert done.stderr == ""


def test_anything_wrong_ends_with_1_and_json_parses(place: Place, provider: Provider) -> None:
    place.config(one_provider(provider.url, models=["acme-lrage"]), mode=0o644)
    done = place.run("--json", ACME_API_KEY="sk-not-the-right-key")
    assert done.returncode == 1
    findings = json.loads(done.stdout)
    wrong = {finding["check"] for finding in findings if finding["level"] in ("warning", "problem")}
    assert {"permissions", "service", "claude", "keys"} <= wrong
    assert {finding["check"] for finding in findings} == {check.name for check in CHECKS}
    assert "not-the-right-key" not in done.stdout + done.stderr


@pytest.mark.parametrize("wreck", ["no home", "home is a file", "config is noise", "nothing at all", "no folder", "ascii"])
def test_in_a_wholly_broken_place_there_is_no_traceback(place: Place, wreck: str) -> None:
    env: dict[str, str] = {}
    match wreck:
        case "no home":
            del place.env["HOME"]
        case "home is a file":
            env["HOME"] = str(place.program("home"))
        case "config is noise":
            (place.work / ".ccr.yaml").write_bytes(bytes(range(256)))
        case "nothing at all":
            place.env.clear()
            env = {"HOME": str(place.work / "gone"), "PATH": "", "CCR_CONFIG": "gone", "HTTPS_PROXY": "::", "SERVICE_PORT": "x"}
        case "no folder":
            gone = place.work / "gone"
            gone.mkdir()
            place.env["OLDPWD"] = str(gone)
        case _:
            place.env |= {"PYTHONIOENCODING": "ascii", "LANG": "C"}
    command = [str(CCR), "doctor", "--offline"]
    if wreck == "no folder":
        command = ["/bin/sh", "-c", f'cd "{place.work}/gone" && /bin/rmdir "{place.work}/gone" && exec "{CCR}" doctor --offline']
    done = subprocess.run(
        command,
        cwd=place.work,
        env={**place.env, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    told = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 1, told
    assert "Traceback" not in told
    assert re.search(r"\d+ ok", told), told


@pytest.mark.parametrize(
    "config",
    ["{", "{}", '{"HOST": "0.0.0.0"}', json.dumps(one_provider("https://acme.example/v1"))],
)
def test_json_names_every_check_whatever_the_configuration_is(place: Place, config: str) -> None:
    place.config(config)
    findings = json.loads(place.run("--json", "--offline").stdout)
    assert list(dict.fromkeys(finding["check"] for finding in findings)) == [check.name for check in CHECKS]


def test_only_the_checks_that_are_named_are_made(place: Place) -> None:
    done = place.run("--only", "versions", "--only", "clock", "--offline", "--json")
    assert list(dict.fromkeys(finding["check"] for finding in json.loads(done.stdout))) == ["versions", "clock"]
    assert done.returncode == 0


def test_a_check_that_does_not_exist_and_options_that_contradict_are_refused_with_2(place: Place) -> None:
    unknown = place.run("--only", "clok")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "ccr doctor: --only: `clok` is no check; hint: did you mean `clock`" in unknown.stderr
    assert place.run("--offline", "--probe").returncode == 2


def test_fixes_need_a_terminal_or_yes(place: Place) -> None:
    path = place.config({}, mode=0o644)
    refused = place.run("--fix", "--only", "permissions")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert mode(path) == 0o644
    done = place.run("--fix", "--yes", "--only", "permissions")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mode 600 now" in done.stderr
    assert mode(path) == 0o600


def test_with_json_the_list_is_what_is_there_after_the_fixes(place: Place) -> None:
    place.config({}, mode=0o644)
    done = place.run("--fix", "--yes", "--json", "--only", "permissions")
    assert [finding["level"] for finding in json.loads(done.stdout)] == ["ok"]


@pytest.mark.parametrize(("answer", "bits", "status"), [("y\n", 0o600, 0), ("n\n", 0o644, 1), (CTRL_D, 0o644, 130)])
def test_at_a_terminal_each_fix_is_asked_for(place: Place, answer: str, bits: int, status: int) -> None:
    path = place.config({}, mode=0o644)
    with OwnTerminal([str(CCR), "doctor", "--fix", "--only", "permissions"], place.work, place.env) as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.type(answer)
        assert terminal.ended() == status, terminal.said
    assert mode(path) == bits


def test_help_is_a_screen_that_reads_well(place: Place) -> None:
    told = place.run("--help").stdout
    for option in ("--config", "--only", "--json", "--fix", "--yes", "--offline", "--probe", "--flows"):
        assert option in told
