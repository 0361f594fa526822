"""The configuration the sessions are routed by, and what plays them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tests.e2e.sessions import Session
from tests.fakes.chat_fake import KEY, ChatFake
from tests.support.claude import Run

ROUTES = {"default": "big", "background": "small", "think": "deep", "webSearch": "seeker", "image": "eyes"}
SPARE = "spare"


class SideBySide(Protocol):
    def __call__(self, session: Session, env: Mapping[str, str]) -> tuple[Run, Run]: ...


def routes(fake: ChatFake, **more: Any) -> dict[str, Any]:
    """A configuration in Claude Code Router's own spelling, with a model of its own on every route."""
    provider = {
        "name": "fake",
        "api_base_url": f"{fake.base_url}/chat/completions",
        "api_key": KEY,
        "models": [*ROUTES.values(), SPARE],
    }
    return {"Providers": [provider], "Router": {route: f"fake,{model}" for route, model in ROUTES.items()}, **more}
