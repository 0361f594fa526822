from __future__ import annotations

import json

import pytest

from tests.addon.doctor.place import KEY, Place, one_provider, only, said

HERE = "http://127.0.0.1:3456"


def settings(place: Place, content: dict[str, object]) -> bytes:
    file = place.home / ".claude" / "settings.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content))
    return file.read_bytes()


def test_a_shell_that_points_to_the_router_is_fine(place: Place) -> None:
    place.env["ANTHROPIC_BASE_URL"] = HERE
    only(place.look("claude"), "ok")


def test_a_shell_without_the_variable_goes_straight_to_anthropic(place: Place) -> None:
    found = only(place.wrong("claude"), "warning")
    assert "straight to Anthropic" in found.what
    assert 'eval "$(ccr env)"' in found.fix
    assert "ccr code" in found.fix


def test_a_shell_that_points_astray_is_not_said_to_ask_the_router(place: Place) -> None:
    place.env["ANTHROPIC_BASE_URL"] = "https://gateway.example.com"
    assert "points to gateway.example.com" in only(place.wrong("claude"), "problem").what
    claude, shell = place.look("claude", "shell")
    assert [(each.check, each.level) for each in (claude, shell)] == [("claude", "note"), ("shell", "problem")]


def test_the_variable_may_be_in_claude_code_s_settings(place: Place) -> None:
    settings(place, {"env": {"ANTHROPIC_BASE_URL": HERE}})
    only(place.look("claude"), "ok")


def test_settings_that_point_elsewhere_are_named_and_never_changed(place: Place) -> None:
    place.env["ANTHROPIC_BASE_URL"] = HERE
    before = settings(place, {"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}})
    found = only(place.wrong("claude"), "problem")
    assert found.where == "~/.claude/settings.json"
    assert "gateway.example" in found.what
    assert found.safe_fix is None
    assert (place.home / ".claude" / "settings.json").read_bytes() == before


def test_a_switch_for_a_cloud_goes_before_the_router(place: Place) -> None:
    place.env |= {"ANTHROPIC_BASE_URL": HERE, "CLAUDE_CODE_USE_BEDROCK": "1"}
    found = only(place.wrong("claude"), "problem")
    assert "CLAUDE_CODE_USE_BEDROCK" in found.what
    place.env["CLAUDE_CODE_USE_BEDROCK"] = "0"
    assert not place.wrong("claude")


def test_a_client_key_that_the_shell_does_not_show_is_a_problem(place: Place) -> None:
    place.env |= {"ANTHROPIC_BASE_URL": HERE, "CCR_CLIENT_KEY": KEY}
    place.config({"APIKEY": "$CCR_CLIENT_KEY"})
    assert "is not set" in only(place.wrong("claude"), "problem").what
    place.env["ANTHROPIC_AUTH_TOKEN"] = "unused"
    assert "is another one" in only(place.wrong("claude"), "problem").what
    place.env["ANTHROPIC_AUTH_TOKEN"] = KEY
    assert not place.wrong("claude")


def test_an_api_key_in_the_shell_may_be_charged(place: Place) -> None:
    place.env["ANTHROPIC_API_KEY"] = KEY
    found = only(place.wrong("billing"), "warning")
    assert "may be billed" in found.what
    assert "unset ANTHROPIC_API_KEY" in found.fix
    assert KEY not in said(found)


def test_it_is_not_said_to_be_hidden_where_the_login_is_passed_on(place: Place) -> None:
    place.env |= {"ANTHROPIC_API_KEY": KEY, "ACME_API_KEY": KEY}
    assert "`ccr code` leaves it" in only(place.wrong("billing"), "warning").fix
    place.config(one_provider("https://api.acme.example/v1"))
    assert "`ccr code` hides it" in only(place.wrong("billing"), "warning").fix


def test_a_placeholder_where_the_login_is_passed_on_is_a_problem(place: Place) -> None:
    place.env |= {"ANTHROPIC_AUTH_TOKEN": "unused", "ACME_API_KEY": KEY}
    assert "unset ANTHROPIC_AUTH_TOKEN" in only(place.wrong("billing"), "problem").fix
    settings(place, {"env": {"ANTHROPIC_AUTH_TOKEN": "unused"}})
    assert "Claude Code's settings" in only(place.wrong("billing"), "problem").fix
    place.config(one_provider("https://api.acme.example/v1"))
    assert not place.wrong("billing")


def test_one_that_the_router_itself_wants_is_not_to_be_unset(place: Place) -> None:
    place.env["ANTHROPIC_API_KEY"] = KEY
    place.config(one_provider("https://api.anthropic.com", api_key="$ANTHROPIC_API_KEY"))
    found = only(place.wrong("billing"), "warning")
    assert "the router itself wants it" in found.why
    assert "unset" not in found.fix


@pytest.mark.parametrize(
    ("env", "content", "shown"),
    [
        ({}, {"oauthAccount": {"emailAddress": "me@example.com"}}, "its own login (~/.claude/settings.json)"),
        ({"CLAUDE_CODE_OAUTH_TOKEN": KEY}, {}, "the login of $CLAUDE_CODE_OAUTH_TOKEN"),
        ({"ANTHROPIC_API_KEY": KEY}, {}, "the key of $ANTHROPIC_API_KEY"),
        (
            {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": "unused"},
            {},
            "$ANTHROPIC_AUTH_TOKEN, which is the router's placeholder",
        ),
        ({}, {"apiKeyHelper": "/bin/key"}, "`apiKeyHelper`"),
        ({}, {"env": {"ANTHROPIC_API_KEY": KEY}}, "ANTHROPIC_API_KEY in Claude Code's settings"),
    ],
)
def test_the_credential_in_use_is_named(place: Place, env: dict[str, str], content: dict[str, object], shown: str) -> None:
    place.env |= env
    settings(place, content)
    told = [found.what for found in place.look("billing") if found.what.startswith("claude of this shell")]
    assert len(told) == 1
    assert shown in told[0]
    assert KEY not in told[0]


def test_a_login_that_the_router_is_to_pass_on_and_that_is_not_there_is_a_warning(place: Place) -> None:
    found = only(place.wrong("billing"), "warning")
    assert found.what == "Claude Code has no login"
    assert "`/login`" in found.fix
    (place.home / ".claude").mkdir()
    (place.home / ".claude" / ".credentials.json").write_text("{}")
    assert not place.wrong("billing")
    (place.home / ".claude" / ".credentials.json").rename(place.work / ".credentials.json")
    place.env["CLAUDE_CONFIG_DIR"] = str(place.work)
    assert not place.wrong("billing")


def test_a_router_that_pays_itself_needs_no_login_of_claude_code(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider("https://api.acme.example/v1"))
    assert not place.wrong("billing")


def test_who_pays_is_told_for_each_provider(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider("https://api.acme.example/v1"))
    assert any(found.what == "the router pays with acme: $ACME_API_KEY" for found in place.look("billing"))
