from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.config.check import checked
from addon.config.edit import EditRefused, add_model, scalar, set_route
from addon.config.errors import ConfigError
from addon.config.parse import parse

FILE = """\
# my providers
providers:
  - name: a   # the first
    base_url: http://127.0.0.1:1/v1
    models: [x, "y"]   # two
  - name: b
    base_url: http://127.0.0.1:2/v1
    models:
      - p   # the old one
      - q

router:
  default: "a,x"   # mine

  think: 'a,y'
  # nothing for long ones
  longContextThreshold: 5000

log: true   # yes
"""


def edited(text: str, route: str, choice: str) -> str:
    return set_route(text, "config.yaml", route, choice)


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_one_line_changes_and_keeps_its_comment_and_its_quotes() -> None:
    assert changed_lines(FILE, edited(FILE, "default", "b,q:1")) == (
        ['  default: "a,x"   # mine'],
        ['  default: "b,q:1"   # mine'],
    )
    assert changed_lines(FILE, edited(FILE, "think", "b,it's")) == (["  think: 'a,y'"], ["  think: 'b,it''s'"])


def test_a_route_that_is_not_there_comes_after_the_others() -> None:
    after = edited(FILE, "background", "b,q")
    assert changed_lines(FILE, after) == ([], ["  background: b,q"])
    assert after.index("longContextThreshold") < after.index("  background: b,q") < after.index("log: true")


def test_the_key_s_own_spelling_is_kept() -> None:
    assert edited("Router:\n  long_context: a,x\n", "longContext", "a,y") == "Router:\n  long_context: a,y\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("router: {default: 'a,x', think: a/y}\n", "router: {default: 'a,x', think: \"b,c\"}\n"),
        ("router: {default: 'a,x'}   # one line\n", "router: {default: 'a,x', think: \"b,c\"}   # one line\n"),
        ("router: {}\n", 'router: {think: "b,c"}\n'),
        ("router:\nlog: true\n", "router:\n  think: b,c\nlog: true\n"),
        ("router:\n  think:\n  default: a,x", "router:\n  think: b,c\n  default: a,x"),
        ("log: true\n", "log: true\n\nrouter:\n  think: b,c\n"),
        ("log: true", "log: true\n\nrouter:\n  think: b,c\n"),
        ("router:\n    default: a,x   # four blanks", "router:\n    default: a,x   # four blanks\n    think: b,c\n"),
        ("router:\r\n  default: a,x\r\n", "router:\r\n  default: a,x\r\n  think: b,c\r\n"),
        ("router:\n  think: >-\n    a,x\n  default: a,y\n", "router:\n  think: b,c\n  default: a,y\n"),
        ("X_VAR: &m a,x\nrouter:\n  think: *m\n", "X_VAR: &m a,x\nrouter:\n  think: b,c\n"),
    ],
)
def test_each_way_to_write_routes_can_be_edited(before: str, after: str) -> None:
    assert edited(before, "think", "b,c") == after


def test_an_edit_that_would_change_more_is_refused() -> None:
    """The anchor's value is another route's as well."""
    with pytest.raises(EditRefused, match=r"config.yaml: .*anchors(.|\n)*hint: change it by hand"):
        edited("router:\n  think: &m a,x\n  image: *m\n", "think", "b,c")


def test_json_is_refused_with_the_way_to_yaml() -> None:
    with pytest.raises(EditRefused, match=r"ccr init --from config.json"):
        set_route("{}", "config.json", "think", "b,c")


@pytest.mark.parametrize(
    ("provider", "model", "line"),
    [("a", "new:1", '    models: [x, "y", "new:1"]   # two'), ("b", "n/ew", "      - n/ew")],
)
def test_a_model_is_added_to_its_provider_s_list(provider: str, model: str, line: str) -> None:
    after = add_model(FILE, "config.yaml", provider, model)
    assert line in changed_lines(FILE, after)[1]
    assert "# the old one" in after
    assert add_model(after, "config.yaml", provider, model) == after


@pytest.mark.parametrize(
    "text",
    [
        "log: true\n",
        "providers:\n  - name: a\n    models: ['*']\n",
        "providers:\n  - name: a\n",
        "providers: {a: {models: '*'}}\n",
    ],
)
def test_a_list_that_takes_any_model_is_left_alone(text: str) -> None:
    assert add_model(text, "config.yaml", "a", "x") == text


def test_providers_by_name_get_their_model_too() -> None:
    before = "providers:\n  a:\n    models:\n    - x\n"
    assert add_model(before, "config.yaml", "a", "z") == "providers:\n  a:\n    models:\n    - x\n    - z\n"


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20), st.booleans())
def test_whatever_a_model_is_called_it_is_read_back(model: str, flow: bool) -> None:
    text = f"v: [{scalar(model, flow=True)}]\n" if flow else f"v: {scalar(model)}\n"
    value: Any = parse(text, "x.yaml").tree["v"]
    assert (value[0] if flow else value) == model


def test_a_file_is_checked_with_variables_that_are_not_set_here(tmp_path: Path) -> None:
    text = "providers:\n  - name: openai\n    api_key: $NOT_SET_HERE\nrouter: {default: 'openai,x'}\n"
    settings = checked(text, str(tmp_path), env={})
    assert str(settings.router.default) == "openai,x"


def test_a_default_of_a_variable_stands_in_the_check() -> None:
    settings = checked("port: ${NOT_SET:-4000}\n", "x.yaml", env={})
    assert settings.port == 4000


def test_a_route_to_nobody_is_told() -> None:
    with pytest.raises(ConfigError, match="names no configured provider"):
        checked("providers:\n  - name: openai\n    api_key: k\nrouter: {default: 'opena,x'}\n", "x.yaml", env={})
