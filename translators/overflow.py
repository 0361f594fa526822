"""Requests that are too long for a model, in any provider's words, told in Anthropic's.

Claude Code starts its compaction at `prompt is too long: A tokens > B maximum`, and asks again with a smaller `max_tokens` at
``input length and `max_tokens` exceed context limit: A + B > C``; any other wording it only prints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type JsonObject = dict[str, Any]

# Stands for a window that neither the provider nor the configuration tells. The client does not reckon with it.
UNKNOWN_WINDOW = 128_000

# Codes and types that say it without words: OpenAI and those who speak like it, llama.cpp, GitHub Copilot, LiteLLM, GLM.
_CODES = frozenset({
    "context_length_exceeded", "exceed_context_size_error", "model_max_prompt_tokens_exceeded", "contextwindowexceedederror",
    "context_window_exceeded", "context_length_error", "max_context_length_exceeded", "prompt_too_long", "1261",
})  # fmt: skip

# Limits over time mention tokens too: "Request too large … on tokens per min (TPM)", "Too many tokens, please wait".
_OVER_TIME = re.compile(
    r"per[ -]?(?:min|hour|day|second)|/\s?min\b|\b[tr]p[mdhs]\b|rate.?limit|quota|throttl|too many requests|please wait"
    r"|(?:try again|retry) (?:in|after)|requests? limit",
    re.IGNORECASE,
)
_OVER_TIME_CODES = frozenset({"rate_limit_exceeded", "rate_limit_error", "tokens", "throttlingexception", "insufficient_quota"})

# One line for each wording, with who says so. Lower case; digits have no thousands separators.
_WORDINGS = re.compile(
    r"""
      prompt(?:\ is|\ was)?\ too\ (?:long|large)          # Anthropic, Fireworks, Ollama
    | input(?:\ is|\ was)?\ too\ long                     # Bedrock
    | input\ token\ length\ too\ long                     # Kimi
    | exceeds?(?:\ the|\ this)?(?:\ model'?s?)?\ (?:available\ |maximum\ |max\ )?
        (?:context|input\ length|prompt\ length)         # OpenAI, llama.cpp, Ollama
    | (?:maximum|max)\ (?:allowed\ )?(?:context|prompt|input|sequence|model)
        \ (?:length|size|tokens|window)                  # OpenAI, xAI, Mistral, Poolside
    | (?:context|token|length)\ (?:window|length|limit|size)s?\ (?:is\ |was\ )?exceed    # MiniMax, LiteLLM
    | exceed(?:s|ed|ing)?(?:\ the|\ its)?\ (?:max(?:imum)?_?\ ?)?
        (?:context|model\ token\ limit|model\ limit|max_model_len|max_seq_len)           # Kimi, Qwen, vLLM
    | (?:input|prompt)\b.{0,30}\bexceeds?\ (?:the\ )?max(?:imum)?\ length         # GLM, Volcano
    | exceeds?\ (?:the\ )?context\ limit                 # Anthropic
    | too\ long\ to\ fit\ into\ the\ model                # vLLM
    | (?:longer|greater|larger)\ than\ the\ (?:model'?s\ )?(?:maximum\ )?(?:context|model\ length)  # SGLang, LM Studio, vLLM
    | tokens?\ exceeds?\ the\ (?:configured\ |maximum\ )?(?:limit|number\ of\ tokens)   # OpenAI
    | input\ token\ count\b.*\bexceeds                    # Gemini
    | token\ count\ of\ \d+\ exceeds\ the\ limit          # GitHub Copilot
    | too\ many\ (?:input\ )?tokens                       # Bedrock, Cohere
    | reduce\ the\ length\ of\ (?:the\ |your\ )?(?:input\ )?(?:messages?|prompt|either)  # Groq, Cerebras, OpenRouter
    | too\ large\ for\ model\ with\ \d+                   # Mistral
    | range\ of\ input\ length\ should\ be                # Qwen
    | message\ token\ length\ exceed                      # Qwen
    | more\ than\ max\ tokens\ allowed                    # GLM
    | `?inputs`?\ (?:tokens\ \+|must\ have\ less)         # Together, TGI
    | context\ (?:the\ )?overflows?                       # LM Studio
    | context\ window\ (?:is\ )?(?:full|too\ small)       # local servers
    | length\ of\ (?:all\ messages|prompt_tokens)\b.*\b(?:too\ long|must\ be\ less)   # Perplexity, SiliconFlow
    | 超(?:过|出|长).{0,12}(?:上下文|最大长度|模型)|(?:输入|上下文).{0,12}(?:过长|超)   # GLM, Qwen, in Chinese
    """,
    re.VERBOSE,
)

_N = r"(\d+)"
# Where the wordings put their numbers; the first that fits counts.
_LIMITS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"tokens? > {_N} maximum",
        rf"\d+ \+ \d+ > {_N}",
        rf"\(\d+ > {_N} - \d+\)",
        rf"range of input length should be \[\d+, ?{_N}\]",
        rf"exceeds? (?:the |this )?(?:model'?s? )?max(?:imum)?[a-z ]*(?:length|tokens)(?: of| is|:)? \(?{_N}",
        rf"(?:context|model|sequence|token) (?:length|limit|size|window)(?: is| of|:|,)? ?(?:only )?\(?{_N}",
        rf"maximum (?:prompt|input) length(?: is| of|:)? {_N}",
        rf"with {_N} maximum context",
        rf"(?:available context size|context length|context window) \({_N}",
        rf"maximum number of tokens allowed \(?{_N}",
        rf"max(?:imum)? (?:input|prompt|allowed input|context) tokens(?: is|:)? ?{_N}",
        rf"(?:exceeds? the limit of|limit for this model is|limit is|configured limit of|must be less than|<=) {_N}",
        rf"max_(?:seq|model)_len(?: \(| of | )?{_N}",
        rf"must have less than {_N} tokens",
        rf"n_ctx\D{{1,4}}{_N}",
    )
)
_PROMPTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"prompt is too long: {_N} tokens",
        rf"limit: {_N} \+ \d+ >",
        rf"\(\d+ > \d+ - {_N}\)",
        rf"{_N} (?:tokens )?(?:in|from) (?:the|your) (?:input )?(?:messages|prompt)",
        rf"(?:messages|prompt) resulted in {_N}",
        rf"(?:prompt|request) (?:contains|has) (?:at least )?{_N} (?:input )?tokens",
        rf"prompt contains {_N}",
        rf"request contains {_N}",
        rf"given: {_N}",
        rf"(?:input|prompt) (?:token )?(?:count|length)(?: of|:)? \(?{_N}",
        rf"(?:input|request|prompt) \({_N} tokens",
        rf"initial prompt \({_N}",
        rf"prompt \((?:total )?length {_N}",
        rf"(?:prompt is too long|prompt too long): {_N}",
        rf"keep the first {_N} tokens",
        rf"current length is {_N}",
        rf"length of prompt_tokens \({_N}",
        rf"n_prompt_tokens\D{{1,4}}{_N}",
    )
)
_OUTPUTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\d+ \+ {_N} >",
        rf"{_N} (?:tokens )?(?:in|for) (?:the|your) (?:completion|output)",
        rf"{_N} output tokens",
        rf"plus {_N} '?max_tokens",
        rf"max_(?:completion_)?tokens'? is too large: {_N}",
        rf"tokens and {_N} `?max_new_tokens",
    )
)
_TOTALS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"requested (?:about |a total of )?{_N} tokens",
        rf"requested: {_N}",
        rf"model token limit: \d+ \(requested: {_N}",
    )
)
# OpenRouter counts the input by kind: "(130000 of text input, 2000 of tool input, 8000 in the output)".
_PARTS = re.compile(rf"{_N} (?:tokens )?of (?:text|image|tool|audio|file) input")
_EXCESS = re.compile(rf"exceeded (?:max context length )?by {_N}")
_SEPARATORS = re.compile(r"(?<=\d)[,_](?=\d{3}\b)")


@dataclass(frozen=True, slots=True)
class Overflow:
    """What the provider told of it, in tokens; None for what it did not tell."""

    prompt: int | None = None
    output: int | None = None
    total: int | None = None
    limit: int | None = None
    excess: int | None = None


def find_overflow(text: str, codes: Sequence[str] = (), objects: Sequence[Mapping[str, Any]] = ()) -> Overflow | None:
    """The overflow that an error speaks of, or None if it speaks of something else, such as tokens per minute."""
    low = _SEPARATORS.sub("", text.lower())
    coded = not _CODES.isdisjoint(codes)
    if not coded and (_OVER_TIME.search(low) or not _OVER_TIME_CODES.isdisjoint(codes) or not _WORDINGS.search(low)):
        return None
    # llama.cpp tells its numbers beside the message.
    beside = {
        name: value
        for item in objects
        for name, value in item.items()
        if name in ("n_prompt_tokens", "n_ctx") and isinstance(value, int)
    }
    parts = sum(map(int, _PARTS.findall(low)))
    return Overflow(
        prompt=beside.get("n_prompt_tokens") or parts or _first(_PROMPTS, low),
        output=_first(_OUTPUTS, low),
        total=_first(_TOTALS, low),
        limit=beside.get("n_ctx") or _first(_LIMITS, low),
        excess=_first((_EXCESS,), low),
    )


def overflow_message(overflow: Overflow, window: int | None, estimate: int | None) -> str:
    """The same in Anthropic's words. `window` and `estimate` (of the prompt) stand in for numbers that were not told."""
    limit = overflow.limit or window
    if overflow.output and limit and _is_only_output(overflow, limit):
        prompt = overflow.prompt or (overflow.total or 0) - overflow.output
        prompt = max(prompt, limit - overflow.output + 1, 1)
        return (
            f"input length and `max_tokens` exceed context limit: {prompt} + {overflow.output} > {limit}, "
            "decrease input length or `max_tokens` and try again"
        )
    told = overflow.prompt or overflow.total
    if limit is None:
        limit = (told or estimate or UNKNOWN_WINDOW + 1) - 1
    longer = told or (limit + overflow.excess if overflow.excess else estimate) or 0
    return f"prompt is too long: {max(longer, limit + 1)} tokens > {limit} maximum"


def _is_only_output(overflow: Overflow, limit: int) -> bool:
    """Whether the prompt alone would have fitted."""
    prompt = overflow.prompt or (overflow.total - (overflow.output or 0) if overflow.total else None)
    return prompt is not None and 0 <= prompt <= limit


def _first(patterns: Sequence[re.Pattern[str]], text: str) -> int | None:
    for pattern in patterns:
        if match := pattern.search(text):
            return int(match[1])
    return None
