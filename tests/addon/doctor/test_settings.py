from __future__ import annotations

from typing import Any

import pytest

from tests.addon.doctor.place import Place, one_provider, only, said


def test_no_configuration_is_fine(place: Place) -> None:
    assert "everything goes to Anthropic" in only(place.look("config"), "ok").what


def test_a_good_configuration_is_fine(place: Place) -> None:
    place.env["ACME_API_KEY"] = "k"
    place.config(one_provider("http://127.0.0.1:9/v1"))
    only(place.look("config"), "ok")


def test_each_problem_of_the_file_is_told_with_its_place_and_fix(place: Place) -> None:
    path = place.home / ".claude-code-router" / "config.yaml"
    path.parent.mkdir()
    path.write_text("router:\n  backgrund: a,b\n  thnk: a,b\n")
    found = place.wrong("config")
    assert [each.where for each in found] == ["~/.claude-code-router/config.yaml:2:3", "~/.claude-code-router/config.yaml:3:3"]
    assert "background" in found[0].fix


def test_a_file_that_is_no_yaml_is_a_problem_and_the_other_checks_say_that_they_could_not_look(place: Place) -> None:
    place.config("{ this is : : not")
    found = place.look("config", "keys", "windows")
    assert [each.level for each in found] == ["problem", "note", "note"]
    assert "keys: not looked at" in found[1].what


def test_a_file_that_cannot_be_read_is_a_problem(place: Place) -> None:
    """By a link to itself: the administrator, too, cannot read that."""
    (place.work / ".ccr.yaml").symlink_to(".ccr.yaml")
    assert "cannot be read" in only(place.wrong("config", "permissions"), "problem").what


def test_a_file_that_was_named_and_is_not_there_is_a_problem(place: Place) -> None:
    assert "no such file" in only(place.wrong("config", config="gone.yaml"), "problem").what


def test_a_folder_in_its_place_is_a_problem(place: Place) -> None:
    (place.work / ".ccr.yaml").mkdir()
    assert "is a directory" in said(only(place.wrong("config"), "problem"))


def test_keys_without_effect_are_a_note(place: Place) -> None:
    place.config({"CUSTOM_ROUTER_PATH": "/x.js"})
    notes = [finding for finding in place.look("config") if finding.level == "note"]
    assert "no effect here" in only(notes).what
    assert "CUSTOM_ROUTER_PATH" in said(notes[0])


def test_options_of_mitmproxy_that_cannot_be_read_are_a_problem(place: Place) -> None:
    folder = place.home / ".mitmproxy"
    folder.mkdir()
    (folder / "config.yaml").write_text("a: [")
    assert "cannot be read" in only(place.wrong("config"), "problem").what


@pytest.mark.parametrize(
    ("content", "told"),
    [({"HOST": "0.0.0.0"}, "lets other machines in"), (one_provider("https://acme.example"), "`ACME_API_KEY` is not set")],
)
def test_what_other_checks_know_more_of_is_told_where_they_are_not_made(place: Place, content: dict[str, Any], told: str) -> None:
    place.config(content)
    assert told in only(place.wrong("config"), "problem").what
    assert only(place.wrong("config", "keys", "listener", offline=True)).check != "config"
