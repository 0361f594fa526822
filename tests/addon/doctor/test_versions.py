from __future__ import annotations

import re

import pytest

from addon.doctor import versions
from addon.service.probe import Health
from tests.addon.doctor.place import Place, only


def test_what_is_installed_goes_together(place: Place) -> None:
    place.program("claude", "#!/bin/sh\necho '2.1.197 (Claude Code)'\n")
    ours, claude = place.look("versions")
    assert re.search(r"ccr \d.*mitmproxy 12\.2\.3, Python 3\.", ours.what)
    assert (ours.level, claude.level, claude.what) == ("ok", "ok", "claude 2.1.197 (ccr was tested with 2.1.197)")


def test_an_old_claude_is_a_warning_and_a_newer_one_is_fine(place: Place) -> None:
    place.program("claude", "#!/bin/sh\necho '1.0.128 (Claude Code)'\n")
    found = only(place.wrong("versions"), "warning")
    assert found.what == "claude 1.0.128 is too old: 2.0.0 or newer is needed"
    assert "claude update" in found.fix
    place.program("claude", "#!/bin/sh\necho '3.0.1 (Claude Code)'\n")
    assert not place.wrong("versions")


def test_a_claude_that_does_not_run_is_a_warning_and_one_that_says_nothing_a_note(place: Place) -> None:
    place.program("claude", "#!/nowhere/node\n")
    found = only(place.wrong("versions"), "warning")
    assert "`claude --version` fails" in found.what
    assert "npm install" in found.fix
    place.program("claude")
    assert [found.level for found in place.look("versions")] == ["ok", "note"]


def test_another_mitmproxy_than_the_package_demands_is_a_problem() -> None:
    found = only(list(versions._mitmproxy("11.0.0", versions._pinned())), "problem")
    assert found.what == "mitmproxy 11.0.0 is installed, 12.2.3 is needed"
    assert "mitmproxy==12.2.3" in found.fix


def test_an_old_python_is_a_problem() -> None:
    assert "3.11 is too old" in only(list(versions._python((3, 11))), "problem").what
    assert not list(versions._python((3, 12)))


def test_a_service_of_another_version_is_to_be_restarted() -> None:
    found = only(list(versions._service(Health(pid=7, version="0.0.1"), "0.1.0")), "warning")
    assert "0.0.1" in found.what
    assert "ccr restart" in found.fix
    assert not list(versions._service(Health(pid=7, version="0.1.0"), "0.1.0"))


@pytest.mark.parametrize("health", [None, Health()])
def test_a_service_that_does_not_say_is_not_judged(health: Health | None) -> None:
    assert not list(versions._service(health, "0.1.0"))
