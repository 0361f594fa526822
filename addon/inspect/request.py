"""The request's side of `CCR`: what was decided and why, what was changed, what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from addon.inspect.conversation import conversation
from addon.inspect.line import UNDER_WAY, is_of_answer
from addon.inspect.sections import document, mapping, text
from addon.inspect.texts import WIDTH, clip, number, shorten, size, wrap
from addon.inspect.unfold import system_sections, tool_sections
from addon.inspect.written import compact, parsed
from addon.routing.shapes import as_dict, as_list, as_str, texts

_MOST_NOTES: Final = 200
# What has a section of its own, or is the conversation in another dialect's words.
_NO_SETTINGS: Final = frozenset(
    {"messages", "system", "tools", "input", "instructions", "contents", "systemInstruction", "system_instruction"}
)


def request_text(record: dict[str, Any], sent: bytes, unfold: Sequence[str] = ()) -> str:
    """`record` is the flow's; `sent` the body as it went to the provider, or is about to; `unfold` as in `unfold.wanted`."""
    raw = as_str(as_dict(record.get("client_request")).get("body"))
    body, provider = as_dict(parsed(raw)), as_dict(parsed(sent))
    return document(
        [
            mapping(_heading(record), _decision(record, raw, sent)),
            attempts(record),
            mapping("settings changed, client → provider", list(_settings(record, body, provider)), 1),
            notes(record, answer=False),
            _system(body),
            *system_sections(body, unfold),
            _tools(body),
            *tool_sections(body, provider, unfold),
            _conversation(body, raw),
        ]
    )


def _decision(record: dict[str, Any], raw: str, sent: bytes) -> list[tuple[str, str]]:
    estimate = number(record.get("tokens_estimate"))
    facts = [
        ("why", as_str(record.get("reason"))),
        ("route", as_str(record.get("route"))),
        ("asked for", as_str(record.get("asked_model"))),
        ("candidates", " → ".join(as_str(each) for each in as_list(record.get("candidates"))[:20])),
        ("session", _session(record)),
        ("failed", failure(as_dict(record.get("error")))),
        ("input", f"{estimate:,.0f} tokens (estimate)" if estimate else ""),
        ("size", f"{size(len(raw.encode(errors='replace')))} from the client, {size(len(sent))} to the provider"),
    ]
    return [fact for fact in facts if fact[1]]


def failure(error: dict[str, Any]) -> str:
    return f"{as_str(error.get('type'))}: {as_str(error.get('message'))}" if error else ""


def _heading(record: dict[str, Any]) -> str:
    if not record.get("provider"):
        return "refused before it was routed"
    return f"{clip(as_str(record.get('kind')), 20)} → {target(record)}"


def target(record: dict[str, Any]) -> str:
    return clip(f"{as_str(record.get('provider'))},{as_str(record.get('model'))}", WIDTH - 24)


def _session(record: dict[str, Any]) -> str:
    turn, agent = as_str(record.get("turn")), as_str(record.get("agent"))
    parts = [as_str(record.get("session")), f"turn {turn}" if turn else "", f"agent {agent}" if agent else ""]
    return " · ".join(part for part in parts if part)


def attempts(record: dict[str, Any]) -> list[str]:
    """Who was asked, what came of it, after how long."""
    return mapping("attempts", [_attempt(as_dict(entry)) for entry in as_list(record.get("attempts"))[:50]])


def _attempt(attempt: dict[str, Any]) -> tuple[str, str]:
    if "ms" in attempt and attempt["ms"] is None:
        return target(attempt), UNDER_WAY
    status, error = attempt.get("status"), as_str(attempt.get("error"))
    came_to = f"{status if isinstance(status, int) else 'no answer'}"
    return target(attempt), f"{came_to} after {number(attempt.get('ms')) / 1000:.1f} s" + (f" · {error}" if error else "")


def notes(record: dict[str, Any], *, answer: bool) -> list[str]:
    """What the translation changed or dropped, of the request or of the answer."""
    told = [(as_str(note.get("rule")), as_str(note.get("text"))) for note in _notes(record)]
    mine = [(clip(rule, 30), text.replace("`", "")) for rule, text in told if is_of_answer(rule) == answer]
    return mapping("changed or dropped, by rule", mine)


def _notes(record: dict[str, Any]) -> list[dict[str, Any]]:
    return list(map(as_dict, as_list(record.get("notes"))[:_MOST_NOTES]))


def _settings(record: dict[str, Any], client: dict[str, Any], provider: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What differs, with the rule that did it. Names are those of the two bodies: what was renamed is in two lines."""
    if not provider:
        return
    rules = _rules(record)
    for name in dict.fromkeys((*client, *provider)):
        before, after = client.get(name), provider.get(name)
        if before != after and name not in _NO_SETTINGS:
            rule = f" · {clip(rules[name], 26)}" if name in rules else ""
            yield clip(name, 24), f"{_setting(before)} → {_setting(after)}{rule}"


def _rules(record: dict[str, Any]) -> dict[str, str]:
    """By field, the rule of the last note that speaks of it: later ones decide."""
    return {as_str(field): as_str(note.get("rule")) for note in _notes(record) for field in as_list(note.get("fields"))[:20]}


def _setting(value: Any) -> str:
    return "(none)" if value is None else clip(compact(value), 22)


def _system(body: dict[str, Any]) -> list[str]:
    parts = [part for part in texts(body.get("system")) if part]
    lines = [(f"{len(part):,} characters", clip(part.strip().partition("\n")[0], WIDTH - 30)) for part in parts[:20]]
    size_of_all = f"{sum(map(len, parts)):,} characters in {len(parts)} texts"
    return mapping(f"system, {size_of_all} (all by `set ccr_unfold=system`)", lines, 1)


def _tools(body: dict[str, Any]) -> list[str]:
    tools = as_list(body.get("tools"))
    names = [clip(as_str(as_dict(tool).get("name")) or "(no name)", 64) for tool in tools]
    title = f"tools, {len(names)} (schemas by `set ccr_unfold=NAME` or `=tools`)"
    return text(title, wrap(", ".join(names[:500]), WIDTH - 2))


def _conversation(body: dict[str, Any], raw: str) -> list[str]:
    messages = as_list(body.get("messages"))
    if raw and not body:
        return text("not a JSON object", shorten(raw, 20, WIDTH - 2))
    return text(f"conversation, {len(messages)} message{'' if len(messages) == 1 else 's'}", conversation(messages))
