"""Whether an answer is a success: by the default rule, by the user's own program, or by hand.

The default: a well-formed answer that did not stop early and whose tool calls name offered tools with valid arguments.
Not a success, by its reason:

error              the client was told an error, or the answer broke off
no_end             the answer has no stop reason
max_tokens, model_context_window_exceeded, pause_turn, refusal, …    it stopped early: any reason but those of `WHOLE`.
                   Only a probe, which asks for one token, is complete with `max_tokens`
empty              neither text nor a tool call
no_call            it stopped to call a tool and calls none, or calls none where the request demands one
unknown_tool       a call of a tool that was not offered
not_json           a call whose arguments are no JSON object
invalid_arguments  a call whose arguments do not fit the tool's schema
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from addon.lab.schemas import complaint
from addon.recordings.exchange import Answer, Exchange

WHOLE: Final = frozenset({"end_turn", "tool_use", "stop_sequence"})
OK: Final = "ok"

type Judge = Literal["default", "judge", "label"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a stable word, or what the judge or the label says; `detail` is for people."""

    success: bool
    reason: str = OK
    detail: str = ""
    by: Judge = "default"


def by_default(exchange: Exchange, answer: Answer) -> Verdict:
    for check in (_ended, _said, _called):
        reason, detail = check(exchange, answer)
        if reason:
            return Verdict(success=False, reason=reason, detail=detail)
    return Verdict(success=True)


def valid_calls(exchange: Exchange, answer: Answer) -> int:
    """How many of the answer's tool calls name an offered tool with valid arguments."""
    return sum(not complaint(call, exchange.tools)[0] for call in answer.tool_calls)


def _ended(exchange: Exchange, answer: Answer) -> tuple[str, str]:
    if answer.error:
        return "error", f"{answer.error}: {answer.message}".rstrip(": ")
    if not answer.stop_reason:
        return "no_end", "the answer does not say why it ended"
    if answer.stop_reason in WHOLE or (answer.stop_reason == "max_tokens" and _is_probe(exchange.request)):
        return "", ""
    return answer.stop_reason, f"stopped early: {answer.stop_reason}"


def _is_probe(request: Mapping[str, Any]) -> bool:
    return request.get("max_tokens") == 1


def _said(exchange: Exchange, answer: Answer) -> tuple[str, str]:
    demanded = _demands_call(exchange.request)
    if not answer.tool_calls and (answer.stop_reason == "tool_use" or demanded):
        return (
            "no_call",
            "no tool was called, though the request demands it" if demanded else "stopped to call a tool, but calls none",
        )
    if not answer.tool_calls and not answer.text.strip() and not _is_probe(exchange.request):
        return "empty", "neither text nor a tool call"
    return "", ""


def _demands_call(request: Mapping[str, Any]) -> bool:
    """Server tools, such as the web search, are called at the provider: the client sees no call of its own."""
    choice = request.get("tool_choice")
    if not isinstance(choice, dict) or choice.get("type") not in ("any", "tool"):
        return False
    tools = [tool for tool in request.get("tools") or () if isinstance(tool, dict)]
    named = [tool for tool in tools if choice["type"] == "any" or tool.get("name") == choice.get("name")]
    return bool(named) and all("input_schema" in tool for tool in named)


def _called(exchange: Exchange, answer: Answer) -> tuple[str, str]:
    found = (complaint(call, exchange.tools) for call in answer.tool_calls)
    return next((each for each in found if each[0]), ("", ""))
