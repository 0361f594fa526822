"""How providers and models differ on the wire.

`Quirks()` is an unknown, strict server: it is sent nothing but what every server knows. `quirks_for` lays two layers of facts
over that, about the provider (`provider_quirks`) and about the model (`model_quirks`); `apply_quirks` lays the configuration
over both. Each field says what is then seen on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

from translators.model_quirks import MODELS
from translators.provider_quirks import PROVIDERS
from translators.providers import known_for, known_named

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
CHOICES = ("auto", "required", "function", "none")


def _one_of(default: str, *others: str) -> str:
    choice: str = field(default=default, metadata={"one_of": (default, *others)})
    return choice


def _some_of(default: tuple[str, ...], among: tuple[str, ...]) -> tuple[str, ...]:
    choice: tuple[str, ...] = field(default=default, metadata={"among": among})
    return choice


@dataclass(frozen=True, slots=True)
class Quirks:
    """One target's ways. Plain values only, so that a configuration can set each by name."""

    # --- limits
    # The field the limit of the answer is sent in. Reasoning models of OpenAI's answer 400 to `max_tokens`.
    max_tokens_field: str = _one_of("max_tokens", "max_completion_tokens")
    # The most that may be asked for, in tokens; more is lowered to it. 0: not known.
    max_output: int = 0

    # --- sampling
    # `temperature` and `top_p` are sent. False for reasoning models that answer 400 to them.
    sampling: bool = True
    # `top_k` is sent. It is no field of OpenAI's, so strict servers refuse it.
    top_k: bool = False
    # How many `stop` sequences are sent; OpenAI documents four. 0: the field is refused.
    max_stop: int = 4

    # --- streams
    # `stream_options: {include_usage: true}` goes with a stream. Without it most servers stream no usage.
    stream_usage: bool = True

    # --- tools
    # Which words `tool_choice` may be: what is lacking falls back from `function` to `required` to `auto`,
    # and for `none` no tools are offered.
    tool_choices: tuple[str, ...] = _some_of(CHOICES, CHOICES)
    # `parallel_tool_calls: false` is sent when the client asks for one call at a time.
    parallel_tool_calls: bool = True
    # Tool schemas: `full` keeps every keyword; `reduced` inlines `$ref`, merges `allOf` and keeps the core keywords.
    schema: str = _one_of("reduced", "full")
    # What ids of tool calls look like: `plain` letters, digits, `_` and `-`; `any`; `alnum9` nine letters or digits.
    tool_ids: str = _one_of("plain", "any", "alnum9")
    # The longest id, in characters. OpenAI's chat completions refuse the 41st.
    max_tool_id: int = 40
    # The client's web search tool: "" it is dropped; `web_search_options`, `enable_search` (true) are body fields;
    # `openrouter` is a tool of type `openrouter:web_search`.
    web_search: str = _one_of("", "web_search_options", "openrouter", "enable_search")
    # Tool calls of the history carry `extra_content.google.thought_signature`.
    thought_signature: bool = False

    # --- messages
    # A `system` item amid the conversation stays `system`; otherwise it is a user message in <system-reminder> tags.
    system_midway: bool = False
    # A user message may follow a tool message. Otherwise a short assistant message is put between.
    user_after_tool: bool = True
    # User messages that follow each other become one, for chat templates that demand turns in alternation.
    merge_user: bool = False
    # Images are sent. Otherwise a text says that one was left out.
    images: bool = True
    # PDF files are sent as `file` parts. Otherwise a text says that one was left out.
    pdf: bool = True
    # A `file` part may hold the file's URL; OpenAI's takes only its bytes.
    pdf_url: bool = False
    # `cache_control` marks stay, and messages are lists of parts to carry them.
    cache_control: bool = False

    # --- thinking
    # The switch: "" none; `effort` is `reasoning_effort`; `reasoning` is OpenRouter's object; `type` is
    # `thinking: {type}`; `enable` is `enable_thinking` and `thinking_budget`; `template` is
    # `chat_template_kwargs: {enable_thinking}`.
    thinking: str = _one_of("", "effort", "reasoning", "type", "enable", "template")
    # The words the target knows for effort, beside "off". Others degrade to the next weaker, else the next stronger.
    efforts: tuple[str, ...] = _some_of((), EFFORTS)
    # Thinking can be switched off by the switch above.
    thinking_off: bool = False
    # Thinking and tools go together. Otherwise it is switched off where tools are offered.
    thinking_with_tools: bool = True
    # Thinking and a forced `tool_choice` go together. Otherwise it is switched off for that request.
    thinking_when_forced: bool = True
    # Thinking of the history: "" left out; `reasoning_content` a field, empty with calls that had none;
    # `reasoning_details` OpenRouter's sealed list; `think_tags` at the head of the content.
    reasoning_history: str = _one_of("", "reasoning_content", "reasoning_details", "think_tags")

    # --- answers in JSON
    # A demanded JSON Schema: `schema` is `response_format: json_schema`; `object` is `json_object` and an instruction;
    # `none` is an instruction alone.
    json_schema: str = _one_of("none", "object", "schema")

    # --- who asks
    # The field the client's session id goes in, at most 64 characters: it brings a session to the same cache.
    session: str = _one_of("", "prompt_cache_key", "session_id")
    # `user` carries a hash of the client's device and account.
    user: bool = False


def quirks_for(provider: str, base_url: str, model: str) -> Quirks:
    """What is known of a model at a provider, the provider being known by its URL, else by its name."""
    known = known_for(base_url) or known_named(provider)
    name = known.name if known else ""
    bare = bare_model(model)
    facts: dict[str, Any] = dict(PROVIDERS.get(name, {}))
    for rule in MODELS:
        if (not rule.at or name in rule.at) and rule.pattern.search(bare):
            facts |= rule.facts
    return replace(Quirks(), **facts)


def bare_model(model: str) -> str:
    """A model's name without its maker, its path and its variant: `openai/gpt-5:free` is `gpt-5`."""
    return model.lower().rsplit("/", 1)[-1].split(":", 1)[0]


def quirk_names() -> tuple[str, ...]:
    return tuple(one.name for one in fields(Quirks))


def apply_quirks(quirks: Quirks, overrides: Mapping[str, Any]) -> Quirks:
    """The quirks with some set by name. Raises ValueError for an unknown name, a wrong type or an unknown word."""
    known = {one.name: one for one in fields(Quirks)}
    changes: dict[str, Any] = {}
    for name, value in overrides.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise ValueError(f"`{name}` is no quirk" + (f"; hint: `{near[0]}`" if near else ""))
        changes[name] = _checked(name, value, known[name].default, known[name].metadata)
    return replace(quirks, **changes)


def _checked(name: str, value: Any, default: Any, rules: Mapping[str, Any]) -> Any:
    if isinstance(default, tuple):
        return _checked_words(name, value, rules["among"])
    if type(value) is not type(default) or (isinstance(value, int) and value < 0):
        wanted = {bool: "true or false", int: "a whole number, 0 or more", str: "text"}[type(default)]
        raise ValueError(f"quirk `{name}` must be {wanted}, not `{value}`")
    if isinstance(value, str) and value not in rules["one_of"]:
        raise ValueError(f"quirk `{name}` must be one of {_listed(rules['one_of'])}, not `{value}`")
    return value


def _checked_words(name: str, value: Any, among: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or any(word not in among for word in value):
        raise ValueError(f"quirk `{name}` must be a list of {_listed(among)}, not `{value}`")
    return tuple(value)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" if word else "`` (nothing)" for word in words)
