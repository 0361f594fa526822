"""The lists and pages of mitmproxy's programs, in a mitmproxy that has not the places where they are changed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from mitmproxy.test import taddons

from addon.inspect.addon import Inspect


@pytest.mark.parametrize(
    ("option", "place"),
    [
        ("web_columns", "mitmproxy.tools.web.app.flow_to_json"),
        ("console_flowlist_layout", "mitmproxy.tools.console.flowview.FlowDetails._get_content_view"),
        ("console_flowlist_layout", "mitmproxy.tools.console.flowlist.FlowItem.get_text"),
    ],
)
def test_what_cannot_be_changed_is_said_and_stays_as_it_is(
    option: str, place: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(place)
    with taddons.context(inspect := Inspect()) as host:
        host.options.add_option(option, Sequence[str], [], "")
        inspect.running()
    (told,) = [record.getMessage() for record in caplog.records if record.name == "addon.inspect.addon"]
    assert "plain way" in told
    assert place.rpartition(".")[2] in told
    assert "hint:" in told
