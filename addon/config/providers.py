"""One provider of the file to a `Provider`: its dialect, its URL, its credential, and what its transformers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from addon.config import urls
from addon.config.dialects import served
from addon.config.document import Findings, Path
from addon.config.errors import did_you_mean
from addon.config.limits import retry_of, timeouts_of
from addon.config.proxies import DIRECT, Proxy, check_proxy
from addon.config.schema import Auth, AuthHeader, ConfigFile, ModelSection, ProviderSection
from addon.config.settings import ANY, ModelInfo, Price, Provider
from addon.config.sources import sources_of
from addon.config.spelling import Spelling
from addon.config.transformers import BadTransformer, Effects, effects_of
from translators.provider_table import DialectName
from translators.providers import known_for, known_named
from translators.quirks import Quirks, apply_quirks, quirk_names

_HEADER_OF: dict[DialectName, AuthHeader] = {
    "openai-chat": "bearer",
    "openai-responses": "bearer",
    "anthropic": "x-api-key",
    "gemini": "x-goog-api-key",
}


@dataclass(frozen=True, slots=True)
class Keyless:
    """A provider that wants a key and has none: a problem if anything asks for it."""

    path: Path
    what: str
    hint: str


class ProviderReader:
    """Reads one provider; all that is wrong with it goes to `findings`."""

    def __init__(self, name: str, section: ProviderSection, config: ConfigFile, spelling: Spelling, findings: Findings) -> None:
        self._name = name
        self._section = section
        self._config = config
        self._spelling = spelling
        self._findings = findings

    def read(self) -> Provider | Keyless | None:
        """None if something is wrong with it."""
        before = len(self._findings.problems)
        effects, by_model = self._transformers()
        url = self._url(effects)
        if url is None or len(self._findings.problems) > before:
            return None
        wanted = self._section.dialect or effects.dialect or urls.dialect_at(url)
        base_url, dialect = self._served(urls.base_url(url, wanted), wanted)
        keys = self._keys()
        auth = self._auth(url, has_key=bool(keys))
        provider = Provider(
            name=self._name,
            base_url=base_url,
            dialect=dialect,
            auth=auth if isinstance(auth, str) else "key",
            auth_header=self._section.auth_header or effects.auth_header or _auth_header(url, dialect),
            keys=keys,
            key_strategy=self._section.key_strategy,
            models=self._section.models or (ANY,),
            vendor=effects.vendor,
            max_output=effects.max_output,
            quirks=self._quirks(("quirks",), effects.quirks, self._section.quirks),
            params=MappingProxyType({**effects.params, **self._section.params}),
            headers=self._headers(effects),
            info=MappingProxyType(self._info(by_model, wanted)),
            timeouts=timeouts_of(self._config, self._section.timeouts),
            retry=retry_of(self._config, self._section.retry, once=auth == "client"),
            proxy=self._own_proxy(),
            sources=sources_of(self._section, f"providers.{self._name}", effects, f"providers.{self._name}.transformer"),
        )
        if len(self._findings.problems) > before:
            return None
        return provider if isinstance(auth, str) else auth

    def _problem(self, key: str | Path, what: str, hint: str = "") -> None:
        self._findings.problem(self._path(key), what, hint)

    def _path(self, key: str | Path) -> Path:
        return self._spelling.path(("providers", self._name, *((key,) if isinstance(key, str) else key)))

    def _quote(self, key: str | Path) -> str:
        return self._findings.document.quote(self._path(key))

    # --- transformers

    def _transformers(self) -> tuple[Effects, dict[str, Effects]]:
        """What the provider's transformers come to, and each model's own."""
        match self._section.transformer:
            case None:
                return Effects(), {}
            case dict(given):
                use = {str(model): self._use(item, model) for model, item in given.items() if model != "use"}
                return self._effects(given.get("use"), ("use",)), {m: self._effects(i, p) for m, (i, p) in use.items()}
            case given:
                return self._effects(given, ()), {}

    @staticmethod
    def _use(item: Any, model: str) -> tuple[Any, Path]:
        return (item["use"], (model, "use")) if isinstance(item, dict) and "use" in item else (item, (model,))

    def _effects(self, use: Any, at: Path) -> Effects:
        if use in (None, "", {}):
            return Effects()
        try:
            effects = effects_of(use)
        except BadTransformer as error:
            last = (error.index,) if isinstance(use, list) else ()
            self._problem(("transformer", *at, *last), str(error), error.hint)
            return Effects()
        for note in effects.notes:
            self._findings.warn(f"provider `{self._name}`: the transformer {note}")
        return effects

    # --- where

    def _url(self, effects: Effects) -> str | None:
        """The URL as given, or the known one of a provider of that name."""
        url = self._section.base_url.strip()
        if not url:
            known = known_named(self._name)
            if known is None:
                self._problem("base_url", "is missing", "give the provider's URL, such as `https://host/v1`")
            return known.base_url if known else None
        try:
            urls.base_url(url, self._section.dialect or effects.dialect or urls.dialect_at(url))
        except urls.BadUrl as error:
            self._problem("base_url", f"{self._quote('base_url')} {error}", error.hint)
            return None
        return url

    def _served(self, base_url: str, wanted: DialectName) -> tuple[str, DialectName]:
        base_url, dialect, note = served(base_url, wanted)
        if note:
            self._findings.warn(f"provider `{self._name}` {note}")
        return base_url, dialect

    def _own_proxy(self) -> Proxy:
        url = self._section.proxy_url
        if url:
            check_proxy(url, self._path("proxy_url"), self._findings)
        return Proxy(url, source=f"providers.{self._name}.proxy_url") if url else DIRECT

    # --- credential

    def _keys(self) -> tuple[str, ...]:
        places: list[tuple[str | Path, str]] = [("api_key", self._section.api_key)]
        places += [(("api_keys", number), key) for number, key in enumerate(self._section.api_keys)]
        given = [(at, key.strip()) for at, key in places if key.strip()]
        for at, key in given:
            if not key.isascii() or not key.isprintable() or " " in key:
                self._problem(at, "holds characters that no HTTP header can carry", "is something else in the variable?")
            elif len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
                self._problem(at, "is in quotes, which would be sent as a part of it", "set it without the inner quotes")
        return tuple(dict.fromkeys(key for _, key in given))

    def _auth(self, url: str, *, has_key: bool) -> Auth | Keyless:
        parts = urls.split(url)
        host = parts.hostname or ""
        asked = self._section.auth
        if has_key and asked in {"client", "none"}:
            self._problem("auth", f"`{asked}` does not go with a key", "remove `api_key`, or set `auth: key`")
        if asked == "client" and not self._may_have_clients_login(parts.scheme, host):
            what = "`client` would hand the client's Anthropic login to " + f"`{parts.scheme}://{host}`"
            self._problem("auth", what, "it is for `https://api.anthropic.com` and this machine; give an `api_key`")
        if has_key and parts.scheme == "http" and not urls.is_local(host):
            self._findings.warn(f"provider `{self._name}`: its key travels unencrypted to `http://{host}`; use https")
        if asked in {"client", "none"}:
            return asked
        if has_key:
            return "key"
        if asked is None and self._may_have_clients_login(parts.scheme, host) and host == urls.ANTHROPIC_HOST:
            return "client"
        return "none" if asked is None and urls.is_local(host) else self._keyless(url)

    @staticmethod
    def _may_have_clients_login(scheme: str, host: str) -> bool:
        return urls.is_loopback(host) or (host == urls.ANTHROPIC_HOST and scheme == "https")

    def _keyless(self, url: str) -> Keyless:
        path = self._path("api_key")
        given = any(self._findings.document.value(self._path(key)) is not None for key in ("api_key", "api_keys"))
        known = known_for(url)
        variable = known.key_variable if known and known.key_variable else f"{self._name.upper().replace('-', '_')}_API_KEY"
        hint = f"write `api_key: ${variable}` and export that variable, or `auth: none` if it asks for none"
        return Keyless(path, "is empty" if given else "is missing", hint)

    # --- the rest

    def _headers(self, effects: Effects) -> Mapping[str, str]:
        headers = {**effects.headers, **self._section.headers}
        for name, value in headers.items():
            if not name or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                self._problem(("headers", name), f"`{name}` is not a header's name", "use letters, digits and `-`")
            if not value.isprintable() or not value.isascii():
                self._problem(("headers", name), "holds characters that no HTTP header can carry")
        return MappingProxyType(headers)

    def _quirks(self, key: Path, *layers: Mapping[str, Any]) -> Mapping[str, Any]:
        together = {name: value for layer in layers for name, value in layer.items()}
        for name, value in together.items():
            try:
                apply_quirks(Quirks(), {name: value})
            except ValueError as error:
                hint = "see the list of quirks" if name in quirk_names() else did_you_mean(name, quirk_names())
                self._problem((*key, name), str(error).partition("; hint: ")[0], hint)
        return MappingProxyType(together)

    def _info(self, by_model: Mapping[str, Effects], dialect: DialectName) -> dict[str, ModelInfo]:
        models = dict.fromkeys((*self._section.model_info, *by_model))
        for model, effects in by_model.items():
            if effects.dialect not in {None, dialect}:
                what = f"the model `{model}` cannot have another dialect than its provider"
                self._problem(("transformer", model), what, "make it a provider of its own")
        return {model: self._model(model, by_model.get(model, Effects())) for model in models}

    def _model(self, model: str, effects: Effects) -> ModelInfo:
        section = self._section.model_info.get(model, ModelSection())
        effects.cap(section.max_output)
        where = f"providers.{self._name}"
        return ModelInfo(
            context_window=section.context_window,
            max_output=effects.max_output,
            price=Price(**section.price.model_dump()) if section.price else None,
            params=MappingProxyType({**effects.params, **section.params}),
            quirks=self._quirks(("model_info", model, "quirks"), effects.quirks, section.quirks),
            vendor=effects.vendor,
            sources=sources_of(section, f"{where}.model_info.{model}", effects, f"{where}.transformer.{model}"),
        )


def _auth_header(url: str, dialect: DialectName) -> AuthHeader:
    """The header a provider is known to want; it holds for the dialect it is known by."""
    known = known_for(url)
    if known is None or known.dialect != dialect or known.auth == "none":
        return _HEADER_OF[dialect]
    return known.auth
