"""The shapes of an answer on the wire: OpenAI's API reference (Chat Completions), and what other servers add.

Everything may be missing, null or of another type: what is read is looked at first.
"""

from __future__ import annotations

from typing import Any, TypedDict

type Parts = str | list[dict[str, Any]] | None


class Function(TypedDict, total=False):
    name: str | None
    arguments: str | dict[str, Any] | None  # Ollama and some gateways: the object itself


class ToolCall(TypedDict, total=False):
    index: int | str | None  # in streams; missing, always 0 or a text at some servers
    id: str | None
    type: str
    function: Function | None


class Delta(TypedDict, total=False):
    """A piece of a message, or a whole one."""

    role: str | None
    content: Parts  # Mistral's API reference: also a list of text and thinking parts
    refusal: str | None
    tool_calls: list[ToolCall] | None
    function_call: Function | None  # what `tool_calls` replaced
    reasoning_content: str | None  # DeepSeek, Qwen, GLM, Kimi, xAI
    reasoning: str | None  # OpenRouter, Groq, Cerebras, vLLM
    reasoning_details: list[dict[str, Any]] | None  # OpenRouter
    images: list[dict[str, Any]] | None  # OpenRouter: pictures that the model made


class Choice(TypedDict, total=False):
    index: int
    delta: Delta
    message: Delta
    finish_reason: str | None
    stop_reason: str | int | None  # vLLM: the stop string or token that matched
    matched_stop: str | int | None  # SGLang: the same
    usage: dict[str, Any] | None  # Kimi: in the last chunk
    error: Any  # OpenRouter


class Chunk(TypedDict, total=False):
    """A chunk of a stream, or a whole answer."""

    id: str
    model: str
    choices: list[Choice]
    usage: dict[str, Any] | None
    error: Any
    x_groq: dict[str, Any]  # Groq: usage and errors of a stream
    base_resp: dict[str, Any]  # MiniMax: `status_code` other than 0 is an error


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(value: Any) -> str:
    return value if isinstance(value, str) else ""
