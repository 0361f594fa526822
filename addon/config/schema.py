"""What a configuration may hold: the keys, their types and their defaults. Spellings other than these are in `also`.

Keys are compared with letter case, `_` and `-` taken out, so `API_BASE_URL`, `apiBaseUrl` and `api_base_url` are one key;
`also` lists, in that form, only the names that differ by more. Claude Code Router's spellings come from its README and the
`config.example.json` beside it (https://github.com/musistudio/claude-code-router).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from translators.provider_table import DialectName

DEFAULT_PORT = 3456

type Auth = Literal["key", "client", "none"]
type AuthHeader = Literal["bearer", "x-api-key", "api-key", "x-goog-api-key"]
type KeyStrategy = Literal["round-robin", "priority"]
type LogLevel = Literal["debug", "info", "warn", "error"]


def _number(value: Any) -> Any:
    """Numbers may be written as text (`"3456"`, `$PORT`); true and false are none."""
    if isinstance(value, bool):
        raise ValueError("is not a number")  # noqa: TRY004 - pydantic takes ValueError alone for a complaint
    return value.strip() if isinstance(value, str) else value


def _texts(value: Any) -> Any:
    """One text stands for a list of it; blank ones, which Claude Code Router's editor leaves behind, are none."""
    if isinstance(value, str):
        value = [value]
    return [item for item in value if not (isinstance(item, str) and not item.strip())] if isinstance(value, list) else value


def _credentials(value: Any) -> Any:
    """`credentials` may be mappings that hold the key with other things, such as a name."""
    if not isinstance(value, list):
        return value
    return [_first(item, ("api_key", "apiKey", "apikey", "key")) if isinstance(item, dict) else item for item in value]


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((item[name] for name in names if name in item), "")


def _log_level(value: Any) -> Any:
    """The names of pino, which Claude Code Router logs with, and the usual other spellings."""
    word = value.strip().lower() if isinstance(value, str) else value
    return {"fatal": "error", "warning": "warn", "trace": "debug", "silent": "error"}.get(word, word)


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


type Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
type Keys = Annotated[tuple[str, ...], BeforeValidator(_credentials), BeforeValidator(_texts)]
type Whole = Annotated[int, Field(gt=0), BeforeValidator(_number)]
type Amount = Annotated[float, Field(ge=0, allow_inf_nan=False), BeforeValidator(_number)]
type Object = dict[str, Any]


class Section(BaseModel):
    """A mapping in the file; what is empty there was left out before.

    `shown` gives a key's documented spelling where that is not the field's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    also: ClassVar[Mapping[str, str]] = {}
    shown: ClassVar[Mapping[str, str]] = {}


class RetrySection(Section):
    """Repeating a failed request at the same model before the next candidate is asked."""

    attempts: Annotated[int, Field(ge=1, le=10), BeforeValidator(_number)] = 2
    backoff: Amount = 0.5
    max_backoff: Amount = 8.0


class TimeoutsSection(Section):
    """Seconds; 0 means without limit."""

    connect: Amount = 10.0
    first_byte: Amount = 300.0
    idle: Amount = 300.0
    total: Amount = 3600.0


class PriceSection(Section):
    """US dollars for a million tokens."""

    input: Amount
    output: Amount
    cache_read: Amount | None = None
    cache_write: Amount | None = None


class ModelSection(Section):
    """What is known, or wished, of one model."""

    also: ClassVar[Mapping[str, str]] = {"contextlength": "context_window", "maxtokens": "max_output", "parameters": "params"}

    context_window: Whole | None = None
    max_output: Whole | None = None
    price: PriceSection | None = None
    params: Object = Field(default_factory=dict)
    quirks: Object = Field(default_factory=dict)


class ProviderSection(Section):
    also: ClassVar[Mapping[str, str]] = {
        "id": "name",
        "apibaseurl": "base_url",
        "apibase": "base_url",
        "host": "base_url",
        "key": "api_key",
        "keys": "api_keys",
        "credentials": "api_keys",
        "transformers": "transformer",
        "parameters": "params",
        "proxy": "proxy_url",
        "httpsproxy": "proxy_url",
        "type": "dialect",
    }

    name: str = ""
    base_url: str = ""
    dialect: Annotated[DialectName | None, BeforeValidator(_lower)] = None
    auth: Annotated[Auth | None, BeforeValidator(_lower)] = None
    auth_header: Annotated[AuthHeader | None, BeforeValidator(_lower)] = None
    api_key: str = ""
    api_keys: Keys = ()
    key_strategy: Annotated[KeyStrategy, BeforeValidator(_lower)] = "round-robin"
    models: Texts = ()
    transformer: Any = None
    params: Object = Field(default_factory=dict)
    quirks: Object = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    proxy_url: str = ""
    model_info: dict[str, ModelSection] = Field(default_factory=dict)
    timeouts: TimeoutsSection | None = None
    retry: RetrySection | None = None


class RouterSection(Section):
    shown: ClassVar[Mapping[str, str]] = {
        "long_context": "longContext",
        "long_context_threshold": "longContextThreshold",
        "web_search": "webSearch",
    }

    default: str = ""
    background: str = ""
    think: str = ""
    long_context: str = ""
    long_context_threshold: Annotated[int, Field(gt=0), BeforeValidator(_number)] = 60_000
    web_search: str = ""
    image: str = ""
    fallback: Any = None


class ConfigFile(Section):
    also: ClassVar[Mapping[str, str]] = {
        "apikey": "client_keys",
        "apikeys": "client_keys",
        "clientkey": "client_keys",
        "httpsproxy": "proxy_url",
        "httpproxy": "proxy_url",
        "proxy": "proxy_url",
    }

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535), BeforeValidator(_number)] = DEFAULT_PORT
    client_keys: Texts = ()
    providers: dict[str, ProviderSection] = Field(default_factory=dict)
    router: RouterSection = RouterSection()
    fallback: Any = None
    retry: RetrySection = RetrySection()
    timeouts: TimeoutsSection = TimeoutsSection()
    api_timeout_ms: Amount | None = None
    proxy_url: str = ""
    log: bool = True
    log_level: Annotated[LogLevel, BeforeValidator(_log_level)] = "info"
    claude_path: str = ""
