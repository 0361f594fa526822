from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.addon.doctor.authorities import server_context
from tests.addon.doctor.place import KEY, Place, one_provider, only, said
from tests.addon.doctor.provider import Provider
from tests.support.ports import unanswering_port
from tests.support.provider import closed_port
from tests.support.router import Router, free_port


def test_a_provider_that_answers_is_fine(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    assert f"127.0.0.1:{provider.port}" in only(place.look("reach"), "ok").what


def test_a_provider_that_is_not_there_is_a_problem(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    port = closed_port()
    place.config(one_provider(f"http://127.0.0.1:{port}/v1"))
    found = only(place.wrong("reach"), "problem")
    assert f"nothing listens at http://127.0.0.1:{port}" in found.what
    assert "is the server running" in found.fix


def test_one_that_no_route_asks_is_a_warning(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config({**one_provider(f"http://127.0.0.1:{closed_port()}/v1"), "router": {}})
    only(place.wrong("reach"), "warning")


def test_a_proxy_that_looks_into_tls_is_found_by_who_signed(place: Place, tmp_path: Path) -> None:
    context, trusted = server_context(tmp_path, "Corp Interception CA")
    with Provider(KEY, tls=context) as far:
        place.env["ACME_API_KEY"] = KEY
        place.config(one_provider(far.url))
        found = only(place.wrong("reach"), "problem")
        assert "Corp Interception CA" in found.why
        assert f"export SSL_CERT_FILE={place.home}/.claude-code-router/ccr-certificates.pem" in found.fix
        assert f" >> {place.home}/.claude-code-router/ccr-certificates.pem" in found.fix  # another provider's may be there
        folder = place.home / ".mitmproxy"
        folder.mkdir()
        (folder / "config.yaml").write_text(f"ssl_verify_upstream_trusted_ca: {trusted}\n")
        assert not place.wrong("reach"), "the router trusts what mitmproxy is told to trust"


def test_the_command_that_is_told_for_such_a_proxy_makes_the_provider_reachable(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where this machine has the authority somewhere, as here for Claude Code, the command is whole."""
    context, trusted = server_context(tmp_path, "Corp Interception CA")
    with Provider(KEY, tls=context) as far:
        place.env |= {"ACME_API_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(trusted)}
        place.config(one_provider(far.url))
        copying, exporting = re.findall(r"`([^`]+)`", only(place.wrong("reach"), "problem").fix)[:2]
        subprocess.run(["/bin/sh", "-c", copying], env={"HOME": str(place.home), "PATH": "/bin:/usr/bin"}, check=True)
        name, _, place.env[name] = exporting.removeprefix("export ").partition("=")
        monkeypatch.setenv(name, place.env[name])
        assert not place.wrong("reach", "keys", "certificates")


def test_a_provider_is_looked_for_through_the_proxy_that_the_router_takes(place: Place) -> None:
    place.env |= {"ACME_API_KEY": KEY, "HTTPS_PROXY": f"http://127.0.0.1:{closed_port()}"}
    place.config(one_provider("https://api.acme.invalid/v1"))
    found = only(place.wrong("reach"), "problem")
    assert "the proxy on the way to https://api.acme.invalid cannot be reached" in found.what
    assert f"is $HTTPS_PROXY right ({place.env['HTTPS_PROXY']})?" in found.fix


def test_the_router_of_this_shell_is_not_its_own_proxy(place: Place, provider: Provider, tmp_path: Path) -> None:
    """A shell whose Claude Code is sent through mitmproxy; `127.1` is this machine under a name that does not say so."""
    port, folder = free_port(), tmp_path / "router"
    folder.mkdir()
    proxy = f"http://127.0.0.1:{free_port()}"
    config = one_provider(provider.url.replace("127.0.0.1", "127.1")) | {"PORT": port}
    place.env |= {"ACME_API_KEY": KEY, "HTTP_PROXY": proxy}
    with Router(config, folder, env={"ACME_API_KEY": KEY}, options=("--mode", f"regular@{proxy.removeprefix('http://')}")):
        place.config(config)
        assert not place.wrong("reach")
    assert provider.asked == ["GET /v1/models"] * 3


def test_offline_nobody_is_asked(place: Place, provider: Provider) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    assert "--offline" in only(place.look("reach", offline=True), "note").what
    assert provider.asked == []


def test_no_proxy_is_fine(place: Place) -> None:
    assert "no proxy is set" in only(place.look("proxy"), "ok").what


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_that_refuses_is_a_problem(place: Place, name: str) -> None:
    place.env[name] = f"http://user:s3cret-of-the-proxy@127.0.0.1:{closed_port()}"
    found = only(place.wrong("proxy"), "problem")
    assert f"${name}" in found.where
    assert "cannot be reached" in found.what
    assert "s3cret" not in said(found)


def test_a_proxy_that_does_not_answer_is_one_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addon.doctor.network.CONNECT_SECONDS", 0.3)
    with unanswering_port() as port:
        place.env["HTTPS_PROXY"] = f"http://127.0.0.1:{port}"
        assert "no answer within" in only(place.wrong("proxy"), "problem").what


def test_the_proxies_of_the_configuration_are_tried(place: Place) -> None:
    place.config({"PROXY_URL": f"http://127.0.0.1:{closed_port()}"})
    assert "proxy_url" in only(place.wrong("proxy"), "problem").where


def test_a_proxy_that_is_there_is_fine_offline_it_is_not_tried(place: Place, provider: Provider) -> None:
    place.env["HTTPS_PROXY"] = f"http://127.0.0.1:{provider.port}"
    assert "can be reached" in only(place.look("proxy"), "ok").what
    assert place.look("proxy", offline=True)[0].level == "note"


def test_a_proxy_for_everything_and_no_exception_for_this_machine_is_a_warning(place: Place) -> None:
    place.env["HTTPS_PROXY"] = "http://proxy.corp.invalid:3128"
    found = only(place.wrong("proxy", offline=True), "warning")
    assert "NO_PROXY" in found.what
    assert "export NO_PROXY=127.0.0.1,localhost" in found.fix
    place.env["no_proxy"] = "corp.example"
    assert "export NO_PROXY=corp.example,127.0.0.1,localhost" in only(place.wrong("proxy", offline=True)).fix
    place.env["no_proxy"] = "corp.example, 127.0.0.1"
    assert not place.wrong("proxy", offline=True)


def test_a_proxy_that_is_no_address_is_a_problem(place: Place) -> None:
    place.env |= {"HTTPS_PROXY": "http://[", "NO_PROXY": "*"}
    assert "no address" in only(place.wrong("proxy"), "problem").what
