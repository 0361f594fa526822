"""What each provider does for all its models, by the names of `Quirks`. `model_quirks` is laid over it.

What is not here is so because the default holds, or because it is left out on purpose; then a comment says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

type Overrides = Mapping[str, Any]

# What OpenAI's own API reference documents; Azure serves the same API.
_OPENAI: Overrides = {
    "schema": "full",
    "json_schema": "schema",
    # API reference, `prompt_cache_key`: replaces `user` for cache routing. `user` stays as the stable end-user id.
    "session": "prompt_cache_key",
    "user": True,
    # No `system_midway`, though OpenAI documents system messages anywhere: what calls itself OpenAI is often a gateway that
    # takes one at the front alone, and the tags are the client's own form for the same thing.
}

PROVIDERS: Mapping[str, Overrides] = {
    "openai": _OPENAI,
    # https://learn.microsoft.com/azure/ai-foundry/openai/reference; the deployment and `api-version` are in its URL.
    "azure": _OPENAI,
    "openrouter": {
        "schema": "full",
        "json_schema": "schema",
        "top_k": True,  # https://openrouter.ai/docs/api-reference/parameters; dropped there for models without it
        # https://openrouter.ai/docs/use-cases/reasoning-tokens. No general off: models that must reason answer 400 to it.
        "thinking": "reasoning",
        "efforts": ("minimal", "low", "medium", "high", "xhigh"),
        "reasoning_history": "reasoning_details",
        # https://openrouter.ai/docs/guides/features/server-tools/web-search; `:online` and the plugin are deprecated there.
        "web_search": "openrouter",
        "session": "session_id",  # https://openrouter.ai/docs/guides/best-practices/prompt-caching, sticky routing
        "user": True,
        "pdf_url": True,  # https://openrouter.ai/docs/guides/overview/multimodal/pdfs
    },
    "deepseek": {
        "schema": "full",
        "json_schema": "object",  # https://api-docs.deepseek.com/guides/json_mode; `json_schema` is answered with 400
        "images": False,  # https://api-docs.deepseek.com/api/create-chat-completion: message content is text
        "pdf": False,
        # https://api-docs.deepseek.com/guides/thinking_mode: on unless switched off; every word is mapped there; the
        # reasoning of turns with calls must come back, or 400; thinking refuses a forced `tool_choice`.
        "thinking": "type",
        "efforts": ("minimal", "low", "medium", "high", "xhigh", "max"),
        "thinking_off": True,
        "thinking_when_forced": False,
        "reasoning_history": "reasoning_content",
    },
    "moonshot": {
        # "not a valid moonshot flavored json schema": `anyOf` beside `type` and the like are refused.
        "schema": "reduced",
        "json_schema": "object",  # https://platform.kimi.ai/docs/guide/use-json-mode-feature-of-kimi-api
        "tool_ids": "any",  # `functions.Name:0` goes back unchanged
        "pdf": False,  # files go through an upload of their own
        # No `prompt_cache_key`: measured by others to change nothing; caching goes by content.
    },
    "zai": {
        "schema": "full",
        "json_schema": "object",  # https://docs.z.ai/guides/capabilities/struct-output
        "tool_choices": ("auto",),  # https://docs.z.ai/api-reference/llm/chat-completion: only `auto`; else 400
        "parallel_tool_calls": False,  # not documented there
        "max_stop": 1,  # same page: a single stop word
        # https://docs.z.ai/guides/capabilities/thinking-mode: on by default; interleaved thinking is to be returned.
        "thinking": "type",
        "thinking_off": True,
        "reasoning_history": "reasoning_content",
        "images": False,
        "pdf": False,
        # No `tool_stream`: without it arguments come whole, which is the safer form.
    },
    "minimax": {
        # https://platform.minimax.io/docs/api-reference/text-openai-api: `max_tokens` is deprecated; thinking is in <think>
        # tags in the content, which "must be preserved completely". No `reasoning_split`: the tags hold all there is.
        "max_tokens_field": "max_completion_tokens",
        "reasoning_history": "think_tags",
        "images": False,
        "pdf": False,
    },
    "mistral": {
        # https://docs.mistral.ai/api: every unknown field is answered with 422 `extra_forbidden`, `stream_options` and
        # `max_completion_tokens` among them; usage comes with the last chunk anyway.
        "stream_usage": False,
        "schema": "full",
        "json_schema": "schema",  # https://docs.mistral.ai/capabilities/structured_output/custom
        "tool_ids": "alnum9",  # "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9"
        "user_after_tool": False,  # "Unexpected role 'user' after role 'tool'"
        "session": "prompt_cache_key",  # https://docs.mistral.ai/api, `prompt_cache_key`
        "pdf": False,  # documents go as `document_url` parts of its own
    },
    "groq": {
        # https://console.groq.com/docs/structured-outputs: JSON modes do not stream, and the client always streams.
        "json_schema": "none",
        "images": False,  # https://console.groq.com/docs/vision: the Llama 4 models alone
        "pdf": False,
    },
    "cerebras": {
        # https://inference-docs.cerebras.ai/api-reference/chat-completions
        "max_tokens_field": "max_completion_tokens",
        "json_schema": "none",  # https://inference-docs.cerebras.ai/resources/openai: JSON mode does not stream with reasoning
        "parallel_tool_calls": False,  # refused with 400 by some of its models
        "images": False,
        "pdf": False,
    },
    "xai": {
        "schema": "full",
        "json_schema": "schema",  # https://docs.x.ai/docs/guides/structured-outputs
        "pdf": False,
        # No web search: live search left chat completions; it lives in the Responses API.
    },
    "gemini": {
        # https://ai.google.dev/gemini-api/docs/openai: unknown names are answered with 400 INVALID_ARGUMENT.
        "schema": "reduced",
        "json_schema": "schema",
        "parallel_tool_calls": False,
        "pdf": False,
        "thinking": "effort",
        "efforts": ("minimal", "low", "medium", "high"),
    },
    "dashscope": {
        # https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions
        "top_k": True,
        "tool_choices": ("auto", "function", "none"),
        "thinking_when_forced": False,  # thinking knows `auto` and `none` only
        "web_search": "enable_search",
        "json_schema": "none",  # JSON mode is refused while thinking
        "pdf": False,
    },
    "vercel": {
        # https://vercel.com/docs/ai-gateway/openai-compat/advanced: the same `reasoning` object as OpenRouter's.
        "schema": "full",
        "json_schema": "schema",
        "thinking": "reasoning",
        "efforts": ("minimal", "low", "medium", "high", "xhigh"),
    },
    # Local servers take any schema and constrain their sampling by one. What they run is unknown: no thinking switch
    # (Ollama answers 400 to `reasoning_effort` for a model that cannot think).
    "ollama": {"schema": "full", "json_schema": "schema", "pdf": False},  # https://docs.ollama.com/api/openai-compatibility
    "lmstudio": {"schema": "full", "json_schema": "schema", "pdf": False},  # https://lmstudio.ai/docs/app/api/structured-output
    "vllm": {"schema": "full", "json_schema": "schema", "top_k": True, "pdf": False},  # its OpenAI server's `extra parameters`
    "llamacpp": {"schema": "full", "json_schema": "schema", "top_k": True, "pdf": False},  # llama.cpp tools/server/README
    # Nothing beyond the defaults: together, fireworks, nvidia, huggingface, siliconflow, volcengine and litellm serve many
    # makers' models, each with its own ways.
}
