"""Output on a terminal that cannot show all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from addon.cli.encoding import HANDLER, never_fail
from tests.support.service import Machine


def test_bytes_of_a_name_come_out_as_they_were_and_the_rest_as_question_marks() -> None:
    never_fail()
    assert "/h\udcff → é".encode("latin-1", HANDLER) == b"/h\xff ? \xe9"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_nothing_fails_for_an_arrow(here: Machine, encoding: str) -> None:
    here.ok("start", PYTHONIOENCODING=encoding)
    assert "default ? anthropic,*" in here.ok("status", PYTHONIOENCODING=encoding)
    assert json.loads(here.ok("status", "--json", PYTHONIOENCODING=encoding))["running"]


def test_an_import_says_which_variables_to_set(here: Machine, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    provider = {"name": "a", "api_base_url": "https://a.example/v1", "api_key": "$AN_UNSET_KEY", "models": ["m"]}
    old.write_text(json.dumps({"Providers": [provider], "Router": {"default": "a,m"}}))
    assert "export AN_UNSET_KEY=?" in here.ok("init", "--from", str(old), PYTHONIOENCODING="latin-1")
