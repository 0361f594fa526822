"""The request's thinking as the target's own switch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic_core import to_json

from translators.contract import JsonObject
from translators.openai_chat.draft import Draft
from translators.openai_chat.tools import Offer

_LADDER = ("minimal", "low", "medium", "high", "xhigh", "max")
# What of the client's body says how to think.
_ASKED: Final = ("thinking", "output_config")
_NOT_WITH_TOOLS: Final = (
    "thinking was switched off: `{}` does not think with tools over chat completions; hint: the `openai-responses` dialect does"
)
# Budgets in tokens, up to and including.
_LOW, _MEDIUM = 1024, 8192


@dataclass(frozen=True, slots=True)
class Wish:
    """What the client wants. `on` is None where it said nothing; `effort` "" where it named none; `budget` 0 likewise."""

    on: bool | None = None
    effort: str = ""
    budget: int = 0


def thinking_fields(body: JsonObject, offer: Offer, draft: Draft) -> JsonObject:
    """The fields of the target's switch; none for a target without one."""
    wish, quirks = read_wish(body), draft.quirks
    if not quirks.thinking:
        if body.get("thinking") is not None or wish.effort:
            draft.note_caused(
                "thinking.none",
                "the settings of thinking were dropped, `{}` has no switch for it",
                _ASKED,
                "quirks.thinking",
                str(draft.target),
            )
        return {}
    meant = wish
    if offer.functions and not quirks.thinking_with_tools:
        meant = Wish(on=False)
        if wish.on or wish.effort:
            draft.note_caused("thinking.tools", _NOT_WITH_TOOLS, _ASKED, "quirks.thinking_with_tools", str(draft.target))
    elif offer.forced and not quirks.thinking_when_forced:
        meant = Wish(on=False)
        if wish.on or wish.effort:
            text = "thinking was switched off: `{}` does not think when a tool must be called"
            draft.note_caused("thinking.forced", text, _ASKED, "quirks.thinking_when_forced", str(draft.target))
    fields = _SWITCHES[quirks.thinking](meant, draft, body.get("stream") is True)
    _note_switch(body, meant, fields, draft)
    return fields


def _note_switch(body: JsonObject, wish: Wish, fields: JsonObject, draft: Draft) -> None:
    """What of the client's wish is sent, and in which words."""
    if fields and (body.get("output_config") is not None or fields != {"thinking": body.get("thinking")}):
        words = to_json(fields).decode()
        draft.note_caused("thinking.switch", "thinking is asked for with `{}`", (*_ASKED, *fields), "quirks.thinking", words)
    elif not fields and (body.get("thinking") is not None or wish.effort):
        text = "the settings of thinking were dropped, `{}` knows none that says the same"
        what = "quirks.thinking_off" if wish.on is False else "quirks.efforts" if wish.effort else "quirks.thinking"
        draft.note_caused("thinking.dropped", text, _ASKED, what, str(draft.target))


def read_wish(body: JsonObject) -> Wish:
    """`disabled` wins over any effort. A kind of thinking that is not known here counts as not named: it is a setting."""
    value = body.get("thinking")
    thinking = value if isinstance(value, dict) else {}
    effort = _named_effort(body)
    match thinking.get("type"):
        case "disabled":
            return Wish(on=False)
        case "enabled":
            budget = thinking.get("budget_tokens")
            tokens = budget if isinstance(budget, int) and budget > 0 else 0
            return Wish(on=True, effort=effort or _effort_of(tokens), budget=tokens)
        case "adaptive" | "between_tools":
            return Wish(on=True, effort=effort)
        case _:
            return Wish(effort=effort)


def degraded(effort: str, known: tuple[str, ...]) -> str:
    """The effort, else the next weaker one that is known, else the next stronger, "" where none is known."""
    if effort in known or effort not in _LADDER:
        return effort if effort in known else ""
    place = _LADDER.index(effort)
    nearest = (*reversed(_LADDER[:place]), *_LADDER[place + 1 :])
    return next((word for word in nearest if word in known), "")


def _named_effort(body: JsonObject) -> str:
    config = body.get("output_config")
    effort = config.get("effort") if isinstance(config, dict) else None
    return effort if isinstance(effort, str) else ""


def _effort_of(budget: int) -> str:
    if not budget:
        return ""
    return "low" if budget <= _LOW else "medium" if budget <= _MEDIUM else "high"


def _effort_word(wish: Wish, draft: Draft) -> str:
    word = degraded(wish.effort, draft.quirks.efforts)
    if word != wish.effort:
        text = "the effort `{}` became `{}`" if word else "the effort `{}` was dropped{}"
        draft.note_caused("thinking.effort", text, _ASKED, "quirks.efforts", wish.effort[:40], word)
    return word


def _as_effort(wish: Wish, draft: Draft, _streams: bool) -> JsonObject:
    if wish.on is False:
        return {"reasoning_effort": "none"} if draft.quirks.thinking_off else {}
    word = _effort_word(wish, draft)
    return {"reasoning_effort": word} if word else {}


def _as_reasoning(wish: Wish, draft: Draft, _streams: bool) -> JsonObject:
    if wish.on is False:
        return {"reasoning": {"enabled": False}} if draft.quirks.thinking_off else {}
    if wish.budget:
        return {"reasoning": {"max_tokens": wish.budget}}
    if word := _effort_word(wish, draft):
        return {"reasoning": {"effort": word}}
    return {"reasoning": {"enabled": True}} if wish.on else {}


def _as_type(wish: Wish, draft: Draft, _streams: bool) -> JsonObject:
    if wish.on is None:
        return {}
    if not wish.on:
        return {"thinking": {"type": "disabled"}} if draft.quirks.thinking_off else {}
    word = _effort_word(wish, draft)
    return {"thinking": {"type": "enabled"}} | ({"reasoning_effort": word} if word else {})


def _as_enable(wish: Wish, draft: Draft, streams: bool) -> JsonObject:
    """Qwen's. Open-source Qwen3 answers 400 to thinking in an answer that is not streamed."""
    if wish.on is None:
        return {}
    if not wish.on or not streams:
        return {"enable_thinking": False} if draft.quirks.thinking_off else {}
    return {"enable_thinking": True} | ({"thinking_budget": wish.budget} if wish.budget else {})


def _as_template(wish: Wish, draft: Draft, _streams: bool) -> JsonObject:
    """Read by the chat templates that vLLM, SGLang and NVIDIA's servers run."""
    if wish.on is None or (wish.on is False and not draft.quirks.thinking_off):
        return {}
    return {"chat_template_kwargs": {"enable_thinking": wish.on}}


_SWITCHES: dict[str, Callable[[Wish, Draft, bool], JsonObject]] = {
    "effort": _as_effort,
    "reasoning": _as_reasoning,
    "type": _as_type,
    "enable": _as_enable,
    "template": _as_template,
}
