from __future__ import annotations

import time
from pathlib import Path

from mitmproxy.test import taddons

from addon.commands import Commands
from addon.current import Current
from addon.failover.fleet import Fleet
from addon.routing.choice import Choice
from translators.errors import Fault

CONFIG = """
providers:
  - {name: one, base_url: "https://one.example/v1", api_keys: [k1, k2], models: [a]}
  - {name: two, base_url: "https://two.example/v1", api_key: k, models: [b]}
  - {name: three, base_url: "https://three.example/v1", api_key: "", models: [c]}
Router: {default: "one,a"}
"""


def test_health_tells_of_every_provider_what_rests_and_why(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    current, fleet = Current(), Fleet()
    current.load(str(tmp_path / "config.yaml"))
    commands = Commands(current, fleet)
    with taddons.context(commands) as context:
        assert context.master.commands.call("ccr.health")[:2] == ["one: ok", "two: ok"]
        now = time.monotonic()
        fleet.health.failed(Choice("two", "b"), Fault("credential", "permission_error", 403, "refused its key"), now)
        fleet.keys(current.settings.providers["one"]).rest("k1", 60, now)
        told = context.master.commands.call("ccr.health")
    assert told[0] == "one: ok"
    assert told[1].startswith("two: resting 60 s after 1 failure: refused its key")
    assert told[2] == "one: 1 of 2 keys rest"
    assert told[3].startswith("three: left out: ")
