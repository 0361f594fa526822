from __future__ import annotations

from pathlib import Path

import pytest

from tests.addon.doctor.place import KEY, Place, mode, one_provider, only, safe_fix, said

URL = "https://api.acme.example/v1"


def test_a_key_that_is_a_variable_is_fine(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(URL))
    only(place.look("plain-keys"), "ok")


@pytest.mark.parametrize("written", [{"api_key": KEY}, {"api_key": "", "api_keys": [KEY]}, {"headers": {"x-token": KEY}}])
def test_a_key_in_the_file_is_a_problem_that_names_the_variable_to_use(place: Place, written: dict[str, object]) -> None:
    place.env["ACME_API_KEY"] = "other"
    place.config(one_provider(URL, **written))
    found = only(place.wrong("plain-keys"), "problem")
    assert "a key is written in the file itself" in found.what
    assert "$ACME_API_KEY" in found.fix
    assert KEY not in said(found)


def test_a_client_key_in_the_file_is_one_too(place: Place) -> None:
    place.config({"APIKEY": KEY})
    found = only(place.wrong("plain-keys"), "problem")
    assert "CCR_CLIENT_KEY" in found.fix
    assert KEY not in said(found)


def test_a_key_is_found_in_a_file_that_is_refused(place: Place) -> None:
    place.config({**one_provider(URL, api_key=KEY), "Routr": {}})
    only(place.wrong("plain-keys"), "problem")


def test_a_server_of_this_machine_has_no_secret(place: Place) -> None:
    place.config(one_provider("http://127.0.0.1:11434/v1", api_key="ollama"))
    only(place.look("plain-keys"), "ok")


def test_a_header_that_is_no_credential_is_fine(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(URL, headers={"x-title": "my project"}))
    only(place.look("plain-keys"), "ok")


def test_a_key_that_travels_unencrypted_is_a_problem(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider("http://api.acme.example/v1"))
    assert "unencrypted" in only(place.wrong("plain-keys"), "problem").what


def test_a_file_that_only_its_owner_reads_is_fine(place: Place) -> None:
    place.config({})
    only(place.look("permissions"), "ok")


@pytest.mark.parametrize(("bits", "key", "level"), [(0o644, "$K", "warning"), (0o644, KEY, "problem"), (0o666, "$K", "problem")])
def test_a_file_that_others_read_or_change_is_told_and_the_fix_closes_it(place: Place, bits: int, key: str, level: str) -> None:
    place.env["K"] = KEY
    path = place.config(one_provider(URL, api_key=key), mode=bits)
    found = only(place.wrong("permissions"))
    assert found.level == level
    assert f"mode {bits:03o}" in found.what
    assert "mode 600 now" in safe_fix(found).apply()
    assert mode(path) == 0o600
    assert not place.wrong("permissions")


def test_a_shipped_file_and_none_at_all_need_no_protection(place: Place) -> None:
    only(place.look("permissions"), "ok")
    only(place.look("permissions", config="demo"), "ok")


def test_a_link_is_closed_where_it_leads(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.yaml"
    target.write_text("host: 127.0.0.1\n")
    target.chmod(0o644)
    (place.work / ".ccr.yaml").symlink_to(target)
    safe_fix(only(place.wrong("permissions"))).apply()
    assert mode(target) == 0o600
