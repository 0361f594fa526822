"""An incompatible mitmproxy is told of before it can break a session."""

from __future__ import annotations

import pytest
from mitmproxy.proxy import layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.server import ConnectionHandler

from addon.failover.guard import IncompatibleMitmproxyError, install, missing_names
from addon.failover.stream import CcrStream


def test_the_pinned_mitmproxy_has_all_that_is_built_on() -> None:
    assert missing_names() == []


def test_every_http_layer_gets_the_stream() -> None:
    install()
    assert http.HttpStream is CcrStream


@pytest.mark.parametrize(
    ("owner", "name", "told"),
    [
        (CcrStream.__mro__[-3], "check_killed", "HttpStream.check_killed"),
        (http.HttpLayer, "make_stream", "HttpLayer.make_stream"),
        (http, "GetHttpConnectionCompleted", "GetHttpConnectionCompleted"),
        (ConnectionHandler, "open_connection", "ConnectionHandler.open_connection"),
    ],
)
def test_a_name_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, told: str) -> None:
    monkeypatch.setattr(http, "HttpStream", CcrStream.__mro__[-3])
    monkeypatch.delattr(owner, name)
    assert missing_names() == [told]
    with pytest.raises(IncompatibleMitmproxyError, match=rf"mitmproxy [\d.]+ lacks {told}, .*hint: install"):
        install()


@pytest.mark.parametrize(
    ("owner", "name", "told"),
    [
        (layer.Layer, "_paused_event_queue", "Layer._paused_event_queue"),
        (http.HttpLayer, "waiting_for_establishment", "HttpLayer.waiting_for_establishment"),
        (ConnectionHandler, "max_conns", "ConnectionHandler.max_conns"),
        (ConnectionHandler, "transports", "ConnectionHandler.transports"),
    ],
)
def test_a_state_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, told: str) -> None:
    monkeypatch.setattr(owner, "__annotations__", {key: value for key, value in owner.__annotations__.items() if key != name})
    assert missing_names() == [told]
