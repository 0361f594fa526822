"""The known providers, one entry each; `providers` looks things up in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type DialectName = Literal["openai-chat", "openai-responses", "anthropic", "gemini"]
# The header a provider wants its key in; `bearer` is `Authorization: Bearer …`, `none` asks for no key.
type AuthStyle = Literal["bearer", "x-api-key", "api-key", "x-goog-api-key", "none"]


@dataclass(frozen=True, slots=True)
class Known:
    """One provider. `hosts` are host suffixes, `port` the port of a local server, `docs` where these facts are from."""

    name: str
    hosts: tuple[str, ...]
    base_url: str
    key_variable: str
    docs: str
    dialect: DialectName = "openai-chat"
    auth: AuthStyle = "bearer"
    aliases: tuple[str, ...] = ()
    port: int = 0


KNOWN: tuple[Known, ...] = (
    Known(
        "anthropic",
        ("api.anthropic.com",),
        "https://api.anthropic.com",
        "ANTHROPIC_API_KEY",
        "https://platform.claude.com/docs/en/api/overview",
        dialect="anthropic",
        auth="x-api-key",
        aliases=("claude",),
    ),
    Known(
        "openai",
        ("api.openai.com",),
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        "https://platform.openai.com/docs/api-reference/chat",
    ),
    Known(
        "azure",
        ("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com"),
        "https://RESOURCE.openai.azure.com/openai/v1",
        "AZURE_OPENAI_API_KEY",
        "https://learn.microsoft.com/azure/ai-foundry/openai/reference",
        auth="api-key",
        aliases=("azure-openai",),
    ),
    Known(
        "openrouter",
        ("openrouter.ai",),
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
        "https://openrouter.ai/docs/api-reference/overview",
    ),
    Known(
        "deepseek",
        ("api.deepseek.com",),
        "https://api.deepseek.com",
        "DEEPSEEK_API_KEY",
        "https://api-docs.deepseek.com",
    ),
    Known(
        "moonshot",
        ("api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"),
        "https://api.moonshot.ai/v1",
        "MOONSHOT_API_KEY",
        "https://platform.kimi.ai/docs/api/chat",
        aliases=("kimi", "moonshotai"),
    ),
    Known(
        "zai",
        ("api.z.ai", "open.bigmodel.cn"),
        "https://api.z.ai/api/paas/v4",
        "ZAI_API_KEY",
        "https://docs.z.ai/api-reference/llm/chat-completion",
        aliases=("glm", "z.ai", "z-ai", "zhipu", "zhipuai", "bigmodel"),
    ),
    Known(
        "minimax",
        ("api.minimax.io", "api.minimaxi.com", "api.minimax.chat"),
        "https://api.minimax.io/v1",
        "MINIMAX_API_KEY",
        "https://platform.minimax.io/docs/api-reference/text-openai-api",
    ),
    Known(
        "mistral",
        ("api.mistral.ai", "codestral.mistral.ai"),
        "https://api.mistral.ai/v1",
        "MISTRAL_API_KEY",
        "https://docs.mistral.ai/api",
        aliases=("mistralai",),
    ),
    Known(
        "groq",
        ("api.groq.com",),
        "https://api.groq.com/openai/v1",
        "GROQ_API_KEY",
        "https://console.groq.com/docs/openai",
    ),
    Known(
        "cerebras",
        ("api.cerebras.ai",),
        "https://api.cerebras.ai/v1",
        "CEREBRAS_API_KEY",
        "https://inference-docs.cerebras.ai/api-reference/chat-completions",
    ),
    Known(
        "together",
        ("api.together.xyz", "api.together.ai"),
        "https://api.together.xyz/v1",
        "TOGETHER_API_KEY",
        "https://docs.together.ai/reference/chat-completions-1",
        aliases=("togetherai",),
    ),
    Known(
        "fireworks",
        ("api.fireworks.ai",),
        "https://api.fireworks.ai/inference/v1",
        "FIREWORKS_API_KEY",
        "https://docs.fireworks.ai/api-reference/post-chatcompletions",
        aliases=("fireworks-ai",),
    ),
    Known(
        "xai",
        ("api.x.ai",),
        "https://api.x.ai/v1",
        "XAI_API_KEY",
        "https://docs.x.ai/docs/api-reference",
        aliases=("x-ai", "grok"),
    ),
    Known(
        "gemini",
        ("generativelanguage.googleapis.com",),
        "https://generativelanguage.googleapis.com/v1beta",
        "GEMINI_API_KEY",
        "https://ai.google.dev/api/generate-content",
        dialect="gemini",
        auth="x-goog-api-key",
        aliases=("google",),
    ),
    Known(
        "dashscope",
        ("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"),
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        "DASHSCOPE_API_KEY",
        "https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api",
        aliases=("qwen", "alibaba", "bailian"),
    ),
    Known(
        "nvidia",
        ("integrate.api.nvidia.com",),
        "https://integrate.api.nvidia.com/v1",
        "NVIDIA_API_KEY",
        "https://docs.api.nvidia.com/nim/reference/llm-apis",
        aliases=("nim",),
    ),
    Known(
        "vercel",
        ("ai-gateway.vercel.sh",),
        "https://ai-gateway.vercel.sh/v1",
        "AI_GATEWAY_API_KEY",
        "https://vercel.com/docs/ai-gateway/openai-compat",
        aliases=("ai-gateway",),
    ),
    Known(
        "huggingface",
        ("router.huggingface.co",),
        "https://router.huggingface.co/v1",
        "HF_TOKEN",
        "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
        aliases=("hf",),
    ),
    Known(
        "siliconflow",
        ("api.siliconflow.com", "api.siliconflow.cn"),
        "https://api.siliconflow.com/v1",
        "SILICONFLOW_API_KEY",
        "https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions",
    ),
    Known(
        "volcengine",
        ("volces.com",),
        "https://ark.cn-beijing.volces.com/api/v3",
        "ARK_API_KEY",
        "https://www.volcengine.com/docs/82379/1494384",
        aliases=("ark", "doubao"),
    ),
    Known(
        "ollama",
        (),
        "http://127.0.0.1:11434/v1",
        "",
        "https://docs.ollama.com/api/openai-compatibility",
        auth="none",
        port=11434,
    ),
    Known(
        "lmstudio",
        (),
        "http://127.0.0.1:1234/v1",
        "",
        "https://lmstudio.ai/docs/app/api/endpoints/openai",
        auth="none",
        aliases=("lm-studio",),
        port=1234,
    ),
    # The next three have no port of their own here: 8000, 8080 and 4000 are anybody's, so they are known by name only.
    Known(
        "vllm",
        (),
        "http://127.0.0.1:8000/v1",
        "",
        "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        auth="none",
    ),
    Known(
        "llamacpp",
        (),
        "http://127.0.0.1:8080/v1",
        "",
        "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
        auth="none",
        aliases=("llama.cpp", "llama-cpp"),
    ),
    Known(
        "litellm",
        (),
        "http://127.0.0.1:4000/v1",
        "LITELLM_API_KEY",
        "https://docs.litellm.ai/docs/simple_proxy",
    ),
)
