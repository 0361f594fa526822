"""`ccr service install` and `uninstall`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from addon.service.unit.install import complaints
from tests.support.service import Machine

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is written here is systemd's unit")


def unit(here: Machine) -> Path:
    return here.home / ".config" / "systemd" / "user" / "ccr.service"


def test_a_unit_is_written_that_systemd_accepts_and_the_way_on_is_said(here: Machine) -> None:
    config = here.home / "my configs" / "50% of $all.yaml"
    config.parent.mkdir()
    config.write_text("providers:\n  - {name: p, base_url: http://127.0.0.1:9, api_key: $P_KEY}\n# $NOT_THIS\n")
    told = here.ok("service", "install", "--config", str(config), "--port", "4000", "--web", P_KEY="the-key-itself")
    text = unit(here).read_text()
    assert f"wrote {unit(here)}" in told
    assert "systemctl --user enable --now ccr.service" in told
    assert "P_KEY" in told
    assert "NOT_THIS" not in told
    assert "chmod 600" in told
    assert "the-key-itself" not in told + text
    assert "Restart=on-failure" in text
    assert complaints(unit(here)) == ""
    assert "is as it should be" in here.ok("service", "install", "--config", str(config), "--port", "4000", "--web")
    assert "wrote" in here.ok("service", "install")
    done = here.run("service", "uninstall")
    assert (done.returncode, unit(here).exists()) == (0, False)
    assert f"removed {unit(here)}" in done.stdout
    assert "not installed" in here.ok("service", "uninstall")


def test_printing_writes_nothing(here: Machine) -> None:
    assert here.ok("service", "install", "--print").startswith("# Written by `ccr service install`.\n[Unit]\n")
    assert not unit(here).exists()


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_a_unit_of_the_user_s_own_is_left_alone(here: Machine, command: str) -> None:
    unit(here).parent.mkdir(parents=True)
    unit(here).write_text("[Service]\nExecStart=/bin/true\n")
    done = here.run("service", command)
    assert done.returncode == 1
    assert "was not written by `ccr service install`" in done.stderr
    assert unit(here).read_text() == "[Service]\nExecStart=/bin/true\n"


def test_a_file_of_keys_that_others_can_read_is_pointed_out(here: Machine) -> None:
    here.config("{}").with_name("service.env").write_text("KEY=x\n")
    done = here.run("service", "install")
    assert "others may read" in done.stderr
    here.home.joinpath(".claude-code-router", "service.env").chmod(0o600)
    assert here.run("service", "install").stderr == ""


def test_a_config_that_is_not_there_is_said(here: Machine) -> None:
    done = here.run("service", "install", "--config", "opnrouter")
    assert done.returncode == 1
    assert "did you mean the shipped `openrouter`?" in done.stderr
