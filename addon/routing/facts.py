"""Everything routing wants to know of one request, read once and without changing it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json

from addon.routing.markers import asks_compaction, is_billing, is_identity
from addon.routing.shapes import as_dict, as_int, as_list, as_str, texts
from addon.routing.turns import newest_turn
from translators.contract import JsonObject, Request

# The tool that starts subagents: a main turn is offered it, a subagent is not. `Task` is its name in older clients.
_DELEGATING_TOOLS: Final = frozenset({"Agent", "Task"})
_ENTRYPOINT: Final = re.compile(r"cc_entrypoint=([^;\s]+)")
# `claude-cli/2.1.197 (external, sdk-cli)`
_AGENT_ENTRYPOINT: Final = re.compile(r"\(\w+, ([\w-]+)\)")
_SUBAGENT: Final = "cc_is_subagent=true"
_HEAD: Final = 400


@dataclass(frozen=True, slots=True)
class Facts:
    """One request's facts. Strings are "" and numbers 0 where the request does not say.

    `tokens` is the caller's count. `session`, `agent` and `entrypoint` are the client's own words. `system_head` begins the last
    system block, `text` is the newest thing said to the model. `output_keys` are the properties of a demanded JSON answer.
    """

    model: str
    tokens: int
    session: str
    agent: str
    entrypoint: str
    claude_code: bool
    is_subagent: bool
    tools: int
    delegates: bool
    server_tools: tuple[str, ...]
    forced_tool: str
    thinking: str
    budget: int
    effort: str
    max_tokens: int
    messages: int
    cached_system: bool
    output_keys: tuple[str, ...]
    system_head: str
    text: str
    image: bool
    plan_mode: bool
    ultrathink: bool
    compaction: bool

    @property
    def is_haiku(self) -> bool:
        return "haiku" in self.model.lower()

    @property
    def thinks(self) -> bool:
        return self.thinking in ("adaptive", "enabled")


def facts_of(request: Request, tokens: int) -> Facts:
    """Reads `request`, which `tokens` input tokens were counted or estimated for. Never raises, whatever the body's shape."""
    body, headers = request.body, request.headers
    messages = as_list(body.get("messages"))
    turn = newest_turn(messages)
    system = texts(body.get("system"))
    billing = next((text for text in system if is_billing(text)), "")
    agent = headers.get("x-claude-code-agent-id", "")
    tools = [tool for tool in as_list(body.get("tools")) if isinstance(tool, dict)]
    thinking = as_dict(body.get("thinking"))
    output = as_dict(body.get("output_config"))
    return Facts(
        model=as_str(body.get("model")),
        tokens=tokens,
        session=_session(body, headers),
        agent=agent,
        entrypoint=_entrypoint(billing, headers),
        claude_code=_is_claude_code(system, headers),
        is_subagent=bool(agent) or _SUBAGENT in billing,
        tools=len(tools),
        delegates=any(as_str(tool.get("name")) in _DELEGATING_TOOLS for tool in tools),
        server_tools=tuple(kind for tool in tools if (kind := as_str(tool.get("type"))) not in ("", "custom")),
        forced_tool=_forced_tool(as_dict(body.get("tool_choice"))),
        thinking=as_str(thinking.get("type")),
        budget=as_int(thinking.get("budget_tokens")) or 0,
        effort=as_str(output.get("effort")),
        max_tokens=as_int(body.get("max_tokens")) or 0,
        messages=len(messages),
        cached_system=any("cache_control" in as_dict(block) for block in as_list(body.get("system"))),
        output_keys=_output_keys(body, output),
        system_head=system[-1][:_HEAD] if system else "",
        text=turn.text,
        image=turn.image,
        plan_mode=turn.plan_mode,
        ultrathink=turn.ultrathink,
        compaction=asks_compaction(turn.text),
    )


def _session(body: JsonObject, headers: Mapping[str, str]) -> str:
    """The session's id: a header today, within `metadata.user_id` as JSON or (older) after `_session_`."""
    if header := headers.get("x-claude-code-session-id"):
        return header
    user = as_str(as_dict(body.get("metadata")).get("user_id"))
    if user.startswith("{"):
        try:
            return as_str(as_dict(from_json(user)).get("session_id"))
        except ValueError:  # not JSON after all: then it is no session id that we know how to read
            return ""
    return user.rpartition("_session_")[2] if "_session_" in user else ""


def _entrypoint(billing: str, headers: Mapping[str, str]) -> str:
    match = _ENTRYPOINT.search(billing) or _AGENT_ENTRYPOINT.search(headers.get("user-agent", ""))
    return match[1] if match else ""


def _is_claude_code(system: list[str], headers: Mapping[str, str]) -> bool:
    if "x-claude-code-session-id" in headers or headers.get("user-agent", "").startswith("claude-cli/"):
        return True
    return any(is_identity(text) for text in system)


def _forced_tool(choice: dict[str, Any]) -> str:
    return as_str(choice.get("name")) if choice.get("type") == "tool" else ""


def _output_keys(body: JsonObject, output: dict[str, Any]) -> tuple[str, ...]:
    """`output_format` is the field's name before it moved into `output_config`."""
    wanted = as_dict(output.get("format")) or as_dict(body.get("output_format"))
    return tuple(as_dict(as_dict(wanted.get("schema")).get("properties")))
