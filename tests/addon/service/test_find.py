"""Which service is meant where no port is named."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from addon.service import find as finding
from addon.service.find import find
from addon.service.probe import Found
from tests.support.configs import two_providers
from tests.support.host import running
from tests.support.provider import closed_port

NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CCR_HOME", str(tmp_path))
    monkeypatch.delenv("SERVICE_PORT", raising=False)
    monkeypatch.setenv("CCR_CONFIG", str(tmp_path / "config.yaml"))
    return tmp_path / "config.yaml"


def test_the_shell_s_port_counts_also_where_the_config_cannot_be_read(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("[")
    port = closed_port()
    monkeypatch.setenv("SERVICE_PORT", str(port))
    target = find()
    assert (target.port, target.seen.found) == (port, Found.NOBODY)
    assert target.config_error
    for nonsense in ("99999", "0", "x"):
        monkeypatch.setenv("SERVICE_PORT", nonsense)
        assert find().port == finding.USUAL[1]


async def test_with_any_free_port_whoever_has_the_usual_one_is_not_meant(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await asyncio.to_thread(config.write_text, "port: 0")
    async with running(two_providers(NOWHERE), config.parent) as host:
        port = int(host.url.rpartition(":")[2])
        monkeypatch.setattr(finding, "USUAL", ("127.0.0.1", port))
        assert (await asyncio.to_thread(find)).seen.found is Found.NOBODY
        assert (await asyncio.to_thread(find, port)).seen.found is Found.OURS
