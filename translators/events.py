"""What a model says, independent of the protocol it says it in.

A dialect's reader yields these in the order things became known; `anthropic.writer` alone decides how they become blocks.
An answer is: `Started`, then any mix of `Text`, `Thinking`, `ToolCall` and `ToolInput`, then one `Finished` or one `Failed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from translators.errors import Fault

type StopReason = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "pause_turn"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens. `input` excludes what was read from or written to a cache; None means the provider did not say."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The provider began to answer; it opens nothing yet. `model` is the provider's own name for the model."""

    model: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """Reasoning. `signature` is opaque state to be given back with this block, on the last piece that has one."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call became known. `key` names it in later `ToolInput`s; `id` "" means the provider sent none.

    `name` is the name the client knows. Said again, before the first argument, it tells more of the same call.
    """

    key: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolInput:
    """More of a call's arguments, as JSON text."""

    key: int
    json: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The model is done. `upstream_reason` is the provider's own word for why."""

    reason: StopReason
    usage: Usage | None = None
    stop_sequence: str | None = None
    upstream_reason: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    fault: Fault


type Event = Started | Text | Thinking | ToolCall | ToolInput | Finished | Failed
