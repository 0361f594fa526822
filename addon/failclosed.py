"""A hook that raises sends nothing upstream.

mitmproxy logs an addon's exception and goes on: the client's request, key included, would be forwarded to wherever it was
addressed. A guarded hook answers the client instead, in Anthropic's form.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

from mitmproxy import http

from addon.answers import error_response
from addon.failover.plan import BROKEN, PLANS
from translators.errors import Fault

log = logging.getLogger(__name__)


def fail_closed[**P](hook: Callable[P, Any]) -> Callable[P, Any]:
    """Guard a flow hook, sync or async. The flow is its last argument."""
    if inspect.iscoroutinefunction(hook):

        @functools.wraps(hook)
        async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                await hook(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing may go upstream
                _answer(hook.__name__, args[-1], error)

        return guarded_async

    @functools.wraps(hook)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            hook(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - as above
            _answer(hook.__name__, args[-1], error)

    return guarded


def _answer(hook: str, flow: Any, error: Exception) -> None:
    assert isinstance(flow, http.HTTPFlow)
    log.error("ccr: hook `%s` failed, nothing was sent on: %r", hook, error, exc_info=error)
    fault = Fault("server", "api_error", 500, f"ccr failed in its `{hook}` hook ({type(error).__name__}); see its log")
    if plan := PLANS.get(flow.id):
        plan.broken(fault)
    if hook == "response" and flow.response is not None and flow.response.stream:
        return  # the client has it already
    if hook == "responseheaders" and flow.response is not None:
        BROKEN[flow.id] = fault  # an answer put here would be sent with the body that is still to come
        flow.response.stream = False
        return
    flow.response = error_response(fault, flow)
