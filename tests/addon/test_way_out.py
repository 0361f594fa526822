"""Behind a company's proxy: it wants a login, and its TLS is signed by an authority of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.config.proxies import DIRECT, Proxy
from addon.config.settings import Provider as Settled
from addon.way_out import proxy_of
from tests.addon.doctor.authorities import server_context
from tests.addon.doctor.provider import Provider
from tests.support.asking import ask, body, client
from tests.support.forward import forward_proxy
from tests.support.host import running
from tests.support.router import Router
from tests.support.tunnel import Tunnel

KEY, LOGIN, FAR = "sk-far-0001", "me:w@rd-of-the-proxy", "api.far.example"
CONFIG = {
    "providers": [{"name": "far", "base_url": f"https://{FAR}/v1", "api_key": KEY}],
    "router": {"default": "far,acme-large"},
    "retry": {"attempts": 1},
}


@pytest.mark.parametrize("trusted", [True, False])
async def test_the_router_goes_through_the_environment_s_proxy_and_trusts_its_certificates(tmp_path: Path, trusted: bool) -> None:
    context, authority = server_context(tmp_path, "Corp Interception CA", FAR)
    (tmp_path / "router").mkdir()
    with Provider(KEY, tls=context) as provider, Tunnel(provider.port, LOGIN) as tunnel:
        env = {"HTTPS_PROXY": f"http://{LOGIN.replace('w@', 'w%40')}@{tunnel.address}", "SSL_CERT_FILE": str(authority)}
        env |= {} if trusted else {"SSL_CERT_FILE": str(tmp_path / "gone.pem")}
        with Router(CONFIG, tmp_path / "router", env=env) as router:
            async with client(router.url) as http:
                told = await ask(http, body())
    assert tunnel.asked[0] == f"CONNECT {FAR}:443 HTTP/1.1"
    assert "w@rd" not in router.output
    if trusted:
        assert told.text == "The weather is fine."
    else:
        assert "its TLS certificate was not accepted" in told.message
        assert "SSL_CERT_FILE points to" in router.output


async def test_the_router_is_not_its_own_proxy(tmp_path: Path) -> None:
    """As in a shell whose Claude Code is sent through it: requests would go round for ever."""
    async with running(CONFIG, tmp_path) as host:
        url = await forward_proxy(host)
        assert proxy_of(Settled("far", f"https://{FAR}", proxy=Proxy(url))) == DIRECT
        other = Proxy("http://127.0.0.1:9")
        assert proxy_of(Settled("far", f"https://{FAR}", proxy=other)) == other
