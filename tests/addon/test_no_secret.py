"""Every place where a person or a file could meet a credential, searched for all of them."""

from __future__ import annotations

import io as bytes_io
from pathlib import Path

from mitmproxy import contentviews, io
from mitmproxy.test import taddons

from addon.commands.prompt import Commands
from addon.inspect.addon import Inspect
from addon.intercept import Hold
from tests.fakes.http import HttpRequest
from tests.support.asking import TOKEN, ask, body, client
from tests.support.configs import KEY_ONE, KEY_TWO, two_providers
from tests.support.host import Host, running
from tests.support.upstream import Says, upstream

SECRETS = (KEY_ONE, KEY_TWO, TOKEN)


def repeats_the_key(request: HttpRequest) -> Says:
    """A provider that says the key it was shown, in a header and in its words."""
    key = request.header("authorization")
    return Says(f'{{"error": {{"message": "bad {key}"}}}}'.encode(), {"content-type": "application/json", "x-echo": key}, 401)


def saved(host: Host) -> bytes:
    file = bytes_io.BytesIO()
    writer = io.FlowWriter(file)
    for flow in host.keeper.flows:
        writer.add(flow)
    return file.getvalue()


def viewed(host: Host) -> list[str]:
    """Each flow in each view, both sides."""
    views = [None, *contentviews.registry.available_views()]
    messages = [(flow, message) for flow in host.keeper.flows for message in (flow.request, flow.response) if message is not None]
    return [contentviews.prettify_message(message, flow, view or "auto").text for flow, message in messages for view in views]


async def test_no_secret_is_in_a_view_a_comment_a_command_an_export_or_a_saved_flow(tmp_path: Path) -> None:
    async with upstream(repeats_the_key) as far:
        config = two_providers(far.url + "/v1", fallback=True)
        async with running(config, tmp_path, Hold(), Inspect()) as host, client(host.url) as http:
            told = await ask(http, body())
            prompt = Commands(host.gateway._current, host.fleet, host.gateway)
            shown = [told.message, *prompt.health(), *prompt.routes()]
            for flow in host.keeper.flows:
                shown += [flow.comment, repr(flow.metadata), *prompt.why(flow), *prompt.tools(flow)]
            for file in ("flow.json", "flow.md"):
                prompt.export(host.keeper.flows, str(tmp_path / file))
                shown.append((tmp_path / file).read_text())
            shown += [saved(host).decode(errors="replace"), *viewed(host)]
    assert told.status == 529
    assert [key for key in SECRETS for text in shown if key in text] == []
    assert {request.header("authorization") for request in far.seen} == {f"Bearer {KEY_ONE}", f"Bearer {KEY_TWO}"}


def test_the_views_of_a_flow_are_those_that_are_searched() -> None:
    with taddons.context(Inspect()):
        assert any(name.lower().startswith("ccr") for name in contentviews.registry.available_views())
