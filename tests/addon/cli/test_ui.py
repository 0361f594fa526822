"""`ccr ui`: mitmweb, logged in."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.support.service import Machine, wait_until


def opens(url: str) -> bool:
    """Whether mitmweb's page, not its login, is there."""
    with httpx2.Client(trust_env=False, follow_redirects=True) as http:
        page = http.get(url.strip())
        return page.status_code == 200 and http.get(page.url.join("/flows")).status_code == 200


def test_it_starts_what_does_not_run_and_prints_the_page_where_there_is_no_screen(here: Machine) -> None:
    done = here.run("ui", "--print")
    assert done.returncode == 0
    assert "starting it with mitmweb" in done.stderr
    assert opens(done.stdout)
    assert httpx2.get(done.stdout.partition("?")[0], trust_env=False).status_code == 403
    pid = here.health()["pid"]
    again = here.run("ui")
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert "there is no browser to be opened from here" in again.stderr
    assert here.health()["pid"] == pid


def test_it_restarts_with_mitmweb_after_saying_so_and_opens_the_browser(here: Machine, tmp_path: Path) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{seen}.new" && mv "{seen}.new" "{seen}"\n')
    browser.chmod(0o755)
    here.ok("start")
    done = here.run("ui", BROWSER=str(browser))
    assert done.returncode == 0
    assert "runs without mitmweb; restarting it with it" in done.stderr
    wait_until(seen.exists)
    assert opens(seen.read_text())
    assert "token" not in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["{", '{"Ruoter": {}}'])
def test_what_keeps_it_from_starting_is_said(here: Machine, text: str) -> None:
    config = here.config(text)
    done = here.run("ui", "--print")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"ccr ui: {config}:1:" in done.stderr
