"""Claude Code Router's transformers and what each means here.

Most of them switch on what is done here by itself where a provider needs it; the table says the rest. What each does there
was read in https://github.com/musistudio/llms, `src/transformer/`. Names are compared without letter case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from addon.config.errors import did_you_mean
from addon.config.schema import AuthHeader
from translators.provider_table import DialectName


@dataclass(slots=True)
class Effects:
    """What a list of transformers comes to. `vendor` names a provider of the quirks table; `notes` are for a warning."""

    dialect: DialectName | None = None
    auth_header: AuthHeader | None = None
    vendor: str = ""
    max_output: int | None = None
    quirks: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def cap(self, tokens: int | None) -> None:
        if tokens is not None:
            self.max_output = min(tokens, self.max_output or tokens)


class BadTransformer(ValueError):
    """`index` is its place in the list."""

    def __init__(self, index: int, what: str, hint: str) -> None:
        super().__init__(what)
        self.index = index
        self.hint = hint


type Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Transformer:
    """One with nothing set is known, and what it did is done here by itself.

    `options` are the names it takes, None for any; `apply` is what they do. `note` says that it has no effect, and what has.
    """

    dialect: DialectName | None = None
    auth_header: AuthHeader | None = None
    vendor: str = ""
    quirks: Options = field(default_factory=dict)
    note: str = ""
    options: tuple[str, ...] | None = ()
    apply: Callable[[Effects, Options], None] | None = None

    def add_to(self, effects: Effects, options: Options) -> None:
        """Raises ValueError for an option's value that makes no sense."""
        effects.dialect = self.dialect or effects.dialect
        effects.auth_header = self.auth_header or effects.auth_header
        effects.vendor = self.vendor or effects.vendor
        effects.quirks.update(self.quirks)
        if self.note:
            effects.notes.append(self.note)
        if self.apply:
            self.apply(effects, options)


def effects_of(use: Any) -> Effects:
    """`use` is a list of names and `[name, options]` pairs, or one name. Raises BadTransformer."""
    effects = Effects()
    for index, item in enumerate(use if isinstance(use, list) else [use]):
        name, options = _item(index, item)
        transformer = _BY_NAME.get(name.lower())
        if transformer is None:
            raise BadTransformer(index, f"the transformer `{name}` is not known", _hint(name))
        _check_options(index, name, options, transformer)
        try:
            transformer.add_to(effects, options)
        except ValueError as error:
            raise BadTransformer(
                index, f"the transformer `{name}`: {error}", "write the option as its documentation says"
            ) from None
    return effects


def _item(index: int, item: Any) -> tuple[str, Options]:
    match item:
        case str(name) | [str(name)] | [str(name), None]:
            return name.strip(), {}
        case [str(name), dict(options)]:
            return name.strip(), options
    raise BadTransformer(index, "is not a transformer", "write a name, or `[name, {option: value}]`")


def _check_options(index: int, name: str, options: Options, transformer: Transformer) -> None:
    for option in options:
        if transformer.options is not None and option not in transformer.options:
            hint = did_you_mean(option, transformer.options) or f"`{name}` takes no options"
            raise BadTransformer(index, f"the transformer `{name}` has no option `{option}`", hint)


def _hint(name: str) -> str:
    if name.lower() in _PLUGINS:
        return "it is a JavaScript plugin, which cannot be loaded; use an API of that provider"
    return did_you_mean(name, list(NAMES))


# --- what options do


def _use_bearer(effects: Effects, options: Options) -> None:
    if options.get("UseBearer"):
        effects.auth_header = "bearer"


def _openrouter(effects: Effects, options: Options) -> None:
    """https://openrouter.ai/docs/app-attribution and https://openrouter.ai/docs/features/provider-routing"""
    for option, header in (("referer", "HTTP-Referer"), ("title", "X-Title")):
        if options.get(option):
            effects.headers[header] = str(options[option])
    if options.get("providerOrder"):
        effects.params["provider"] = {"order": options["providerOrder"]}
    if options.get("provider"):
        effects.params["provider"] = options["provider"]


def _max_token(effects: Effects, options: Options) -> None:
    effects.cap(_tokens(options))


def _max_completion_tokens(effects: Effects, options: Options) -> None:
    effects.cap(_tokens(options, "max_completion_tokens"))


def _sampling(effects: Effects, options: Options) -> None:
    effects.cap(_tokens(options))
    effects.params.update({name: value for name, value in options.items() if name != "max_tokens" and value is not None})


def _custom_params(effects: Effects, options: Options) -> None:
    effects.params.update(options)


def _reasoning(effects: Effects, options: Options) -> None:
    """Reads `reasoning_content`, which is always done; with `enable: false` it switches thinking off."""
    if options.get("enable") is False:
        effects.params["enable_thinking"] = False


def _tokens(options: Options, name: str = "max_tokens") -> int | None:
    value = options.get(name)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ValueError(f"`{name}` is `{value}`, not a number of tokens")


NAMES: Mapping[str, Transformer] = {
    "Anthropic": Transformer(dialect="anthropic", options=("UseBearer",), apply=_use_bearer),
    "OpenAI": Transformer(dialect="openai-chat"),
    "openai-responses": Transformer(dialect="openai-responses"),
    "gemini": Transformer(dialect="gemini"),
    "vertex-gemini": Transformer(dialect="gemini", auth_header="bearer"),
    "vertex-claude": Transformer(
        dialect="anthropic",
        auth_header="bearer",
        note="`vertex-claude`: Vertex's own URLs are not built; give a `base_url` that serves `/v1/messages`",
    ),
    "deepseek": Transformer(vendor="deepseek"),
    "openrouter": Transformer(vendor="openrouter", options=("referer", "title", "providerOrder", "provider"), apply=_openrouter),
    "groq": Transformer(vendor="groq"),
    "cerebras": Transformer(vendor="cerebras"),
    "vercel": Transformer(vendor="vercel"),
    "maxtoken": Transformer(options=("max_tokens",), apply=_max_token),
    "maxcompletiontokens": Transformer(
        quirks={"max_tokens_field": "max_completion_tokens"}, options=("max_completion_tokens",), apply=_max_completion_tokens
    ),
    "sampling": Transformer(options=("max_tokens", "temperature", "top_p", "top_k", "repetition_penalty"), apply=_sampling),
    "customparams": Transformer(options=None, apply=_custom_params),
    "streamoptions": Transformer(quirks={"stream_usage": True}),
    "cleancache": Transformer(quirks={"cache_control": False}),
    "enhancetool": Transformer(),
    "reasoning": Transformer(options=("enable",), apply=_reasoning),
    "tooluse": Transformer(note="`tooluse` has no effect: the model decides itself when to call a tool"),
    "forcereasoning": Transformer(
        note="`forcereasoning` has no effect: set the model's own switch, as in `params: {reasoning_effort: high}`"
    ),
}
_BY_NAME = {name.lower(): transformer for name, transformer in NAMES.items()}

# Unofficial plugins that Claude Code Router's README names.
_PLUGINS = {"gemini-cli", "qwen-cli", "rovo-cli", "chutes-glm", "chutes-glm-transformer", "vertex-ai"}
