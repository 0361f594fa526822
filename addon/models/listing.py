"""A provider's own list of models, asked live, in the many forms such lists have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx2

from addon.config.settings import Price, Provider
from addon.models.getting import get, shown
from addon.models.reach import Trouble, open_client
from translators.anthropic.request import messages_url
from translators.openai_chat.request import chat_url
from translators.providers import known_for

MAX_PAGES = 20

# Where a list says how much a model holds. In order: OpenRouter and Together, Groq, LM Studio and Mistral, vLLM, Anthropic.
_WINDOWS = ("context_length", "context_window", "max_context_length", "max_model_len", "max_input_tokens")
_NOT_CHAT = re.compile(
    r"embed|whisper|\btts|-tts|dall-e|moderation|rerank|realtime|transcri|davinci|babbage|sora|veo-|imagen|guard|audio|speech"
    r"|-ocr|image-|-image|flux|diffusion",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as its provider lists it. `context` in tokens; `tools` whether it calls tools; None where the list does not say."""

    id: str
    context: int | None = None
    price: Price | None = None
    tools: bool | None = None
    created: int = 0

    @property
    def chats(self) -> bool:
        """Whether it looks like a model that one can talk to, and not one for embeddings, speech or pictures."""
        return not _NOT_CHAT.search(self.id)


@dataclass(frozen=True, slots=True)
class Listing:
    """The models in the provider's own order. `whole` is False where it says that it has more than it gives."""

    models: tuple[Listed, ...]
    whole: bool = True


def list_models(provider: Provider, key: str = "") -> tuple[Listed, ...]:
    """The provider's models, as far as it gives them. Costs nothing. Raises Trouble."""
    return read_list(provider, key).models


def read_list(provider: Provider, key: str = "") -> Listing:
    """The provider's list; `key` is shown if given. Costs nothing. Raises Trouble."""
    found: dict[str, Listed] = {}
    with open_client(provider) as client:
        address = models_url(provider)
        try:
            whole = _collect(client, provider, key, address, found)
        except Trouble as trouble:
            other = _other_url(provider)
            if trouble.kind != "missing" or other == address:
                raise
            whole = _collect(client, provider, key, other, found)
    return Listing(tuple(found.values()), whole)


def models_url(provider: Provider) -> str:
    """Where the list is: beside the endpoint that requests go to."""
    if provider.dialect == "anthropic":
        parts = urlsplit(messages_url(provider.base_url))
        path = parts.path.removesuffix("/messages") + "/models"
    else:
        parts = urlsplit(chat_url(provider.base_url))
        path = parts.path.removesuffix("/chat/completions") + "/models"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _collect(client: httpx2.Client, provider: Provider, key: str, address: str, found: dict[str, Listed]) -> bool:
    """All pages of the list at `address`; whether none is missing."""
    after = ""
    for _ in range(MAX_PAGES):
        try:
            page = get(client, provider, key, _page(address, provider, after))
        except Trouble as trouble:
            if after and trouble.status:  # it does not know how it is asked for the next page
                return False
            raise
        rows = _rows(page)
        if rows is None:
            raise Trouble("nonsense", f"{shown(address)} answers no list of models", "is `base_url` the API's?")
        new = {listed.id: listed for row in rows if (listed := _listed(row)) is not None and listed.id not in found}
        found |= new
        if not isinstance(page, dict) or page.get("has_more") is not True:
            return True
        after = str(page.get("last_id") or next(reversed(new), ""))
        if not new or not after:
            return False
    return False


def _page(address: str, provider: Provider, after: str) -> str:
    """https://platform.claude.com/docs/en/api/models-list: 20 at a time unless asked for more.

    Lists of the other dialects have no pages by OpenAI's reference; those which have go on after a model, by OpenAI's name for
    that (https://platform.openai.com/docs/api-reference/files/list) or by Anthropic's.
    """
    is_anthropic = provider.dialect == "anthropic"
    cursors = ("after_id",) if is_anthropic else ("after", "after_id")
    words = ["limit=1000"] * is_anthropic + [f"{name}={quote(after, safe='')}" for name in cursors if after]
    return f"{address}{'&' if '?' in address else '?'}{'&'.join(words)}" if words else address


def _other_url(provider: Provider) -> str:
    """A known provider's list under its main API, on the host that is configured; Ollama's own where it has no other."""
    known = known_for(provider.base_url)
    if known is None:
        return models_url(provider)
    parts = urlsplit(provider.base_url)
    path = "/api/tags" if known.name == "ollama" else urlsplit(known.base_url).path.rstrip("/") + "/models"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _rows(page: Any) -> list[Any] | None:
    match page:
        case list(rows) | {"data": list(rows)} | {"models": list(rows)}:
            return rows
        case {"data": None} | {"models": None}:  # Ollama without any model
            return []
        case _:
            return None


def _listed(row: Any) -> Listed | None:
    if isinstance(row, str):
        return Listed(row) if row else None
    if not isinstance(row, dict):
        return None
    name = next((row[field] for field in ("id", "name", "model") if isinstance(row.get(field), str) and row[field]), "")
    created = row.get("created")
    if not name or not name.isprintable():
        return None
    return Listed(
        id=name.removeprefix("models/"),  # Google's
        context=_context(row),
        price=_price(row.get("pricing")),
        tools=_tools(row),
        created=created if isinstance(created, int) else 0,
    )


def _context(row: Mapping[str, Any]) -> int | None:
    inner = row.get("meta") if isinstance(row.get("meta"), dict) else {}
    sizes = [
        *(row.get(field) for field in _WINDOWS),
        *((inner or {}).get(field) for field in ("n_ctx", "n_ctx_train")),
    ]  # llama.cpp
    return next((size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size > 0), None)


def _price(pricing: Any) -> Price | None:
    """Prices that are given as text are US dollars for one token (OpenRouter, Vercel); as numbers they are anybody's guess."""
    match pricing:
        case {"prompt": str(read), "completion": str(write)} | {"input": str(read), "output": str(write)}:
            try:
                prices = float(read) * 1e6, float(write) * 1e6
            except ValueError:
                return None
            known = all(isfinite(price) and price >= 0 for price in prices)  # OpenRouter's -1: it varies
            return Price(*(round(price, 6) for price in prices)) if known else None
        case _:
            return None


def _tools(row: Mapping[str, Any]) -> bool | None:
    return next(iter(_told_tools(row)), None)


def _told_tools(row: Mapping[str, Any]) -> Iterator[bool]:
    """OpenRouter's, Mistral's and LM Studio's ways to say that a model calls tools."""
    match row.get("supported_parameters"):
        case list(parameters):
            yield "tools" in parameters
    match row.get("capabilities"):
        case {"function_calling": bool(can)}:
            yield can
        case list(words):
            yield "tool_use" in words
