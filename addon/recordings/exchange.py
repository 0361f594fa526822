"""What a comparison looks at: one request of a recording, and one model's answer to it. Plain data, knows no mitmproxy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

RECORDED: Final = "recorded"
"""What the recorded answers are called beside those of models."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """As the client was given it. `arguments` is the provider's text, `input` the object made of it; None where none could be."""

    name: str
    arguments: str
    input: Any
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What one model said. `choice` is who answered, as `provider,model`.

    `stop_reason` is the client's word, "" where the answer did not end. Tokens: `input` without the cached ones. `cost` in
    US dollars, None where the price is not known. Times in milliseconds since the request, None where it never came.
    `error` is the type of the error that the client was told, with `message`; "" for an answer that is whole.
    """

    choice: str
    text: str = ""
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    stop_reason: str = ""
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    usage_estimated: bool = False
    cost: float | None = None
    first_ms: float | None = None
    total_ms: float | None = None
    error: str = ""
    message: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as the client sent it, with the answer it was given when it was recorded.

    `id` is stable over readings of the same file: what a resumed run knows it by. `session` is the client's own id or "";
    `agent` a subagent's; `turn` as in the record (`2.3`: third request of the second prompt). `at` is when it was sent, seconds
    since the epoch. `tokens` estimates its input. `tools` maps the names of the tools offered to their schemas; server tools,
    which have none, to {}.
    """

    id: str
    kind: str
    session: str
    agent: str
    turn: str
    at: float
    tokens: int
    request: Mapping[str, Any]
    headers: Mapping[str, str]
    path: str
    tools: Mapping[str, Mapping[str, Any]]
    recorded: Answer
