"""What single models do, by the names of `Quirks`, laid over what their provider does.

A rule names the providers it was seen at; without a name it holds anywhere, and only for refusals: no unknown server is sent
a switch because of what a model is called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from translators.provider_quirks import Overrides


@dataclass(frozen=True, slots=True)
class ModelRule:
    """Facts about models whose bare, lower-case name matches. `at` names providers; empty for anywhere."""

    pattern: re.Pattern[str]
    facts: Overrides
    at: frozenset[str] = frozenset()


_OPENAI_HOSTS = frozenset({"openai", "azure"})
# Routers that translate the fields themselves.
_GPT_OSS_HOSTS = frozenset({"groq", "cerebras", "together", "fireworks", "ollama", "vllm", "lmstudio"})


def _rule(pattern: str, at: frozenset[str] | set[str] = frozenset(), **facts: Any) -> ModelRule:
    return ModelRule(re.compile(pattern), facts, frozenset(at))


# GPT-5 and later that reason: not the chat variants.
_GPT5 = r"^gpt-(?:[5-9]|1\d)(?!.*chat)"

# Later rules win.
MODELS: tuple[ModelRule, ...] = (
    # --- OpenAI. https://platform.openai.com/docs/guides/reasoning: these reject `max_tokens`, sampling and (API reference,
    # `stop`) stop sequences. Without `at`: whoever serves a model of this name passes the refusal on.
    _rule(rf"^o[134](?:-|$)|{_GPT5}", max_tokens_field="max_completion_tokens", sampling=False, max_stop=0),
    # OpenRouter and Vercel translate for the model themselves, and keep what it can take.
    _rule(rf"^o[134](?:-|$)|{_GPT5}", {"openrouter", "vercel"}, max_tokens_field="max_tokens", sampling=True, max_stop=4),
    _rule(r"^o[134](?:-|$)", _OPENAI_HOSTS, thinking="effort", efforts=("low", "medium", "high")),
    _rule(_GPT5, _OPENAI_HOSTS, thinking="effort", efforts=("minimal", "low", "medium", "high")),
    _rule(r"^gpt-5\.1(?!\d)(?!.*chat)", _OPENAI_HOSTS, efforts=("low", "medium", "high"), thinking_off=True),
    _rule(r"^gpt-(?:5\.[2-9]|[6-9]|1\d)(?!.*chat)", _OPENAI_HOSTS, efforts=("low", "medium", "high", "xhigh"), thinking_off=True),
    # "Function tools with reasoning_effort are not supported … To use function tools, use /v1/responses or set
    # reasoning_effort to 'none'", also where none was sent.
    _rule(r"^gpt-(?:5\.[4-9]|[6-9]|1\d)(?!.*chat)", _OPENAI_HOSTS, thinking_with_tools=False),
    # https://platform.openai.com/docs/guides/tools-web-search: in chat completions the search models alone.
    _rule(r"^gpt-.*-search-(?:preview|api)", _OPENAI_HOSTS, web_search="web_search_options", sampling=False),
    # https://console.groq.com/docs/reasoning and its like at the other hosts; the three words of the model card.
    _rule(r"^gpt-oss", _GPT_OSS_HOSTS, thinking="effort", efforts=("low", "medium", "high")),
    _rule(r"^llama-4", {"groq"}, images=True),
    # --- DeepSeek. https://api-docs.deepseek.com/quick_start/pricing: the two old names are the choice of the mode, and cap
    # the answer.
    _rule(r"^deepseek-chat$", {"deepseek"}, thinking="", max_output=8192, thinking_when_forced=True),
    _rule(r"^deepseek-reasoner$", {"deepseek"}, thinking="", max_output=65536, tool_choices=("auto", "none")),
    _rule(r"^deepseek-(?:v3\.[1-9]|v[4-9])", {"openrouter"}, thinking_off=True),
    # --- Kimi. https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model: reasoning is to come back with calls, 400
    # without it; sampling is fixed; "tool_choice … is incompatible with thinking enabled".
    _rule(r"^kimi-", tool_ids="any"),
    _rule(r"^(?:kimi-k2(?!\.)|moonshot-v1(?!.*vision))", {"moonshot"}, images=False),
    _rule(
        r"^kimi-(?:k2-thinking|k2\.[5-9]|k[3-9]|for-coding)",
        {"moonshot"},
        sampling=False,
        reasoning_history="reasoning_content",
        tool_choices=("auto", "none"),
    ),
    _rule(
        r"^kimi-k2\.[56](?!\d)",
        {"moonshot"},
        thinking="type",
        thinking_off=True,
        thinking_when_forced=False,
        tool_choices=("auto", "required", "function", "none"),
    ),
    _rule(r"^kimi-k[3-9]", {"moonshot"}, thinking="effort", efforts=("low", "high", "max")),
    _rule(r"^kimi-k2\.[56](?!\d)", {"openrouter"}, thinking_off=True),
    # --- GLM. The models with a `v` after the number see.
    _rule(r"^glm-\d+(?:\.\d+)?v", {"zai"}, images=True),
    _rule(r"^glm-4(?:\.[0-4])?(?:-|$)", {"zai"}, thinking="", reasoning_history=""),  # older than thinking
    _rule(r"^glm-(?:4\.[5-9]|[5-9])", {"openrouter"}, thinking_off=True),
    _rule(r"^(?:zai-)?glm-(?:4\.[5-9]|[5-9])", {"siliconflow"}, thinking="enable", thinking_off=True),
    # https://inference-docs.cerebras.ai/capabilities/reasoning: `none` is the one word that changes anything.
    _rule(r"^zai-glm", {"cerebras"}, thinking="effort", efforts=(), thinking_off=True),
    # --- Qwen. https://www.alibabacloud.com/help/en/model-studio/deep-thinking: the hybrids have the switch; models that
    # always or never think refuse it.
    _rule(
        r"^(?:qwen-(?:plus|flash|turbo)|qwen3(?:\.\d+)?-(?:max|plus|flash|(?:vl|omni)-(?:plus|flash)|\d+(?:\.\d+)?b))"
        r"(?!.*(?:instruct|thinking|coder))",
        {"dashscope", "siliconflow"},
        thinking="enable",
        thinking_off=True,
    ),
    _rule(r"^(?:qwen-(?:plus|flash|turbo|max)|qwen3-(?:max|coder|\d)|qwq)", {"dashscope"}, images=False),
    _rule(r"^qwen3(?!.*(?:instruct|thinking|coder))", {"openrouter"}, thinking_off=True),
    # --- Mistral. https://docs.mistral.ai/capabilities/reasoning: `reasoning_effort` is `none` or `high` on these.
    _rule(r"^mistral-small-(?:latest|26\d\d)", {"mistral"}, thinking="effort", efforts=("high",), thinking_off=True),
    _rule(r"^(?:codestral|open-mi)", {"mistral"}, images=False),
    # --- Grok. https://docs.x.ai/developers/model-capabilities/text/reasoning: reasoning models refuse `stop`; the effort
    # is known to these alone, and is a 400 to the others.
    _rule(r"^grok-(?:[4-9]|code|3-mini)", {"xai"}, max_stop=0),
    _rule(r"^grok-(?:3|code)", {"xai"}, images=False),
    _rule(r"^grok-3-mini", {"xai"}, thinking="effort", efforts=("low", "high")),
    _rule(r"^grok-4\.[35](?!\d)", {"xai"}, thinking="effort", efforts=("low", "medium", "high")),
    _rule(r"^grok-4\.3(?!\d)", {"xai"}, thinking_off=True),
    _rule(r"^grok-4\.[6-9]", {"xai"}, thinking="effort", efforts=("low", "medium", "high", "xhigh")),
    # --- Gemini. https://ai.google.dev/gemini-api/docs/thought-signatures: Gemini 3 answers 400 to a call of the history
    # without its signature. https://ai.google.dev/gemini-api/docs/openai: thinking is off by `none` on 2.5 Flash alone.
    _rule(r"^gemini-[3-9]", {"gemini"}, thought_signature=True),
    _rule(r"^gemini-2\.5-flash", {"gemini"}, thinking_off=True),
    _rule(r"^gemini-[12](?!\.5)", {"gemini"}, thinking=""),
    # --- Claude by way of OpenRouter. https://openrouter.ai/docs/guides/best-practices/prompt-caching
    _rule(r"^claude-", {"openrouter"}, cache_control=True),
    # --- Doubao. https://www.volcengine.com/docs/82379/1494384, `thinking`
    _rule(r"^doubao-seed", {"volcengine"}, thinking="type", thinking_off=True),
)
