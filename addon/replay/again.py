"""A recorded request that mitmproxy sends again: made the client's own, without the login that a capture may hold."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from mitmproxy import ctx, http

from addon import forward, record
from addon.config.settings import Settings
from addon.failover.plan import HELD_BACK
from addon.headers import take_credentials
from addon.recordings.captured import NoModelCall, captured
from addon.replay.forced import asked_model
from addon.replay.kept import ASKED, remember

log = logging.getLogger(__name__)


def is_ours(flow: http.HTTPFlow) -> bool:
    """Whether this is a replay that is routed, wherever the flow is addressed to."""
    return flow.is_replay == "request" and (record.KEY in flow.metadata or bool(asked_model(flow)))


def prepared(flow: http.HTTPFlow, settings: Settings) -> bool:
    """Make a replay ready to be routed. What is no model call goes nowhere: it is killed, and False is returned."""
    try:
        prepare(flow, settings)
    except NoModelCall as reason:
        log.warning("ccr: not replayed: %s", reason)
        flow.kill()
        return False
    return True


def prepare(flow: http.HTTPFlow, settings: Settings) -> None:
    """Keep the old answer, and make `flow.request` the client's. Raises `NoModelCall` for what is not to be sent anywhere."""
    origin = flow.request.pretty_host
    shown = take_credentials(flow.request.headers)
    asked = captured(flow)
    try:
        remember(flow)
    except ValueError as error:
        raise NoModelCall(str(error)) from error
    flow.metadata.pop(record.KEY, None)
    HELD_BACK[flow.id] = _login(shown, origin, settings)
    forward.as_client_sent(flow, asked.path, asked.request)


def ended(flow: http.HTTPFlow) -> None:
    """Once it is over, a replay that is sent again is a new one: nothing of how this one was asked for stays."""
    if flow.is_replay != "request" or not flow.live:
        return
    flow.metadata.pop(ASKED, None)
    if ctx.master.addons.get("view") is None:  # nobody can revert it, and what it was before would be written to the file twice
        flow._backup = None  # noqa: SLF001 - there is no other way


def _login(shown: Mapping[str, str], origin: str, settings: Settings) -> Mapping[str, str]:
    """A login found in a capture goes to the very host that it was recorded with, or nowhere."""
    hosts = {urlsplit(provider.base_url).hostname for provider in settings.providers.values() if provider.auth == "client"}
    return shown if hosts == {origin} else {}
