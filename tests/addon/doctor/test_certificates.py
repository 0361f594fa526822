from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.addon.doctor.authorities import DAY, self_signed
from tests.addon.doctor.place import Place, mode, only, safe_fix, said

PROXIED = {"HTTPS_PROXY": "http://127.0.0.1:8080"}


def authority(place: Place, until: timedelta = 300 * DAY) -> Path:
    folder = place.home / ".mitmproxy"
    folder.mkdir(exist_ok=True)
    certificate, key = self_signed("mitmproxy", until=until)
    (folder / "mitmproxy-ca-cert.pem").write_bytes(certificate)
    (folder / "mitmproxy-ca.pem").write_bytes(key + certificate)
    (folder / "mitmproxy-ca.pem").chmod(0o600)
    return folder / "mitmproxy-ca-cert.pem"


def test_without_any_setting_there_is_nothing_wrong(place: Place) -> None:
    only(place.look("certificates"), "ok")
    assert "none is needed" in only(place.look("ca"), "ok").what


def test_a_variable_that_points_to_a_certificate_is_fine(place: Place) -> None:
    place.env["NODE_EXTRA_CA_CERTS"] = str(authority(place))
    only(place.look("certificates"), "ok")


@pytest.mark.parametrize("name", ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_variable_that_points_nowhere_is_a_problem(place: Place, name: str) -> None:
    place.env[name] = str(place.work / "gone.pem")
    found = only(place.wrong("certificates"), "problem")
    assert f"${name} points to" in found.what
    assert "there is no such" in found.what


def test_files_that_hold_no_certificate_or_old_ones_only_are_problems(place: Place) -> None:
    file = place.work / "bundle.pem"
    place.env["NODE_EXTRA_CA_CERTS"] = str(file)
    file.write_text("nothing")
    assert "no certificate in PEM form" in only(place.wrong("certificates"), "problem").what
    file.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert "only damaged" in only(place.wrong("certificates"), "problem").what
    file.write_bytes(self_signed("old", until=-DAY)[0])
    assert "expired on" in only(place.wrong("certificates"), "problem").what
    file.write_bytes(self_signed("old", until=-DAY)[0] + self_signed("new")[0])
    assert not place.wrong("certificates")


def test_options_of_mitmproxy_are_looked_at_too(place: Place) -> None:
    (place.home / ".mitmproxy").mkdir()
    (place.home / ".mitmproxy" / "config.yaml").write_text("ssl_insecure: true\nssl_verify_upstream_trusted_ca: /gone.pem\n")
    told = [found.what for found in place.wrong("certificates")]
    assert any("ssl_verify_upstream_trusted_ca points to /gone.pem" in what for what in told)
    assert any("does not verify" in what for what in told)


def test_a_good_authority_is_fine(place: Place) -> None:
    authority(place)
    assert "good until" in only(place.look("ca"), "ok").what


@pytest.mark.parametrize(("until", "level", "told"), [(-DAY, "problem", "expired on"), (3 * DAY, "warning", "expires on")])
def test_an_authority_that_ends_is_told(place: Place, until: timedelta, level: str, told: str) -> None:
    authority(place, until)
    found = only(place.wrong("ca"))
    assert (found.level, told in found.what) == (level, True)
    assert "mitmproxy-ca*" in found.fix


def test_a_damaged_authority_is_a_problem(place: Place) -> None:
    authority(place).write_text("nothing")
    assert "no certificate" in only(place.wrong("ca"), "problem").what


def test_an_authority_that_cannot_be_read_is_a_problem(place: Place) -> None:
    """By a link to itself: the administrator, too, cannot read that."""
    path = authority(place)
    path.unlink()
    path.symlink_to(path.name)
    assert "cannot be read" in only(place.wrong("ca"), "problem").what


def test_a_key_of_the_authority_that_others_read_is_a_problem_and_the_fix_closes_it(place: Place) -> None:
    key = authority(place).with_name("mitmproxy-ca.pem")
    key.chmod(0o644)
    found = only(place.wrong("ca"), "problem")
    assert "pretend to be any site" in found.why
    safe_fix(found).apply()
    assert mode(key) == 0o600
    assert not place.wrong("ca")


def test_a_client_sent_through_mitmproxy_needs_its_authority(place: Place) -> None:
    place.env |= PROXIED
    assert "missing" in only(place.wrong("ca"), "problem").what
    path = authority(place)
    assert "is not set" in only(place.wrong("ca"), "problem").where
    place.env["NODE_EXTRA_CA_CERTS"] = str(place.work / "other.pem")
    (place.work / "other.pem").write_bytes(self_signed("another")[0])
    found = only(place.wrong("ca"), "problem")
    assert "is another file" in found.where
    assert f"NODE_EXTRA_CA_CERTS={path}" in said(found)
    place.env["NODE_EXTRA_CA_CERTS"] = str(path)
    assert not place.wrong("ca")
    assert not place.wrong("claude"), "it goes through the proxy, not straight to Anthropic"
