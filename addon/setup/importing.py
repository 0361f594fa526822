"""Claude Code Router's configuration as ours: what is served is kept, plaintext keys become variables, the rest is named.

A plaintext key is not copied, printed or logged: only where it stands in the old file is told, and the variable to put it in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from addon.config import foreign, urls
from addon.config.document import Document, Findings, is_secret, normal
from addon.config.load import read_config
from addon.config.parse import parse
from addon.config.spelling import Spelling
from addon.config.transformers import BadTransformer, effects_of
from addon.setup.plan import variable_for
from addon.setup.shaping import written
from translators.providers import known_for, known_named

_VARIABLES = re.compile(r"\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)")
_PLACEHOLDERS = frozenset(
    {"ollama", "lmstudio", "none", "null", "empty", "dummy", "notneeded", "unused", "x", "xxx", "test", "local"}
)
_SCHEME_WORDS = re.compile(r"(?i)^(bearer|basic|token)\b")


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A plaintext key that was not copied: the variable that stands for it now, and where in the old file it is."""

    variable: str
    where: str
    differs: bool = False
    """The variable is set in this shell, to something else."""


@dataclass(slots=True)
class Imported:
    """`text` is the new file; `variables` are all those it needs; `lost` says what was not taken over, for people."""

    source: Path
    text: str
    taken_out: list[TakenOut] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def import_config(source: Path, env: Mapping[str, str], today: date) -> Imported:
    """Reads a configuration in any spelling and dialect of Claude Code Router. Raises ConfigError where it cannot be read."""
    document = parse(read_config(source), str(source))
    findings = Findings(document)
    spelling = Spelling(findings)
    tree = spelling.respell(document.tree)
    importer = _Importer(document, spelling, env)
    importer.lost += [_lost(problem.key, problem.what, problem.hint) for problem in findings.problems]
    if words := foreign.warning(spelling.foreign):
        importer.lost.append(words)
    tree = importer.served(tree)
    tree = importer.without_keys(tree)
    text = written(tree, source, today)
    variables = list(dict.fromkeys(_variables(tree)))
    return Imported(source, text, importer.taken_out, variables, importer.lost)


def _variables(tree: Any) -> Iterator[str]:
    """The variables that must be set, in the file's order; those with a default need not."""
    match tree:
        case dict():
            yield from (name for value in tree.values() for name in _variables(value))
        case list():
            yield from (name for value in tree for name in _variables(value))
        case str():
            yield from (found.strip("${}") for found in _VARIABLES.findall(tree.replace("$$", "")))


class _Importer:
    """One import. Trees are in the schema's spelling; `where` finds their places in the old file."""

    def __init__(self, document: Document, spelling: Spelling, env: Mapping[str, str]) -> None:
        self._document = document
        self._spelling = spelling
        self._env = env
        self._values: dict[str, str] = {}
        self.taken_out: list[TakenOut] = []
        self.lost: list[str] = []

    # --- what is served

    def served(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Without transformers that there are none of here and without passwords of proxies, listening where that is safe."""
        providers = tree.get("providers")
        self._without_login(tree, ("proxy_url",))
        for name, provider in providers.items() if isinstance(providers, dict) else ():
            if isinstance(provider, dict):
                self._without_login(provider, ("providers", name, "proxy_url"))
                if "transformer" in provider:
                    provider["transformer"] = self._transformer(name, provider["transformer"])
        host = tree.get("host")
        if isinstance(host, str) and "$" not in host and not urls.is_loopback(host.strip()) and not tree.get("client_keys"):
            self.lost.append(
                f"`HOST: {host}` without a client key lets other machines in: it listens at 127.0.0.1, as it did there"
            )
            tree["host"] = "127.0.0.1"
        return tree

    def _without_login(self, section: MutableMapping[str, Any], path: tuple[str, ...]) -> None:
        if "@" in str(section.get("proxy_url", "")):
            del section["proxy_url"]
            self.lost.append(f"{self._place(path)}: the proxy, for it holds a login; `export HTTPS_PROXY=…` with all of it")

    def _transformer(self, provider: str, given: Any) -> Any:
        if not isinstance(given, dict):
            return self._known(provider, given)
        kept = {key: self._use(provider, value) for key, value in given.items()}
        return {key: value for key, value in kept.items() if value not in ([], {"use": []})}

    def _use(self, provider: str, value: Any) -> Any:
        if isinstance(value, dict) and "use" in value:
            return {**value, "use": self._known(provider, value["use"])}
        return self._known(provider, value)

    def _known(self, provider: str, use: Any) -> Any:
        kept: list[Any] = []
        for item in use if isinstance(use, list) else [use]:
            try:
                effects_of([item])
            except BadTransformer as error:
                self.lost.append(f"providers.{provider}: {error}; {error.hint}")
            else:
                kept.append(item)
        return kept

    # --- keys

    def without_keys(self, tree: dict[str, Any]) -> dict[str, Any]:
        providers = tree.get("providers")
        for name, provider in providers.items() if isinstance(providers, dict) else ():
            if isinstance(provider, dict):
                self._provider_keys(str(name), provider)
        if "client_keys" in tree:
            tree["client_keys"] = self._all(tree["client_keys"], ("client_keys",), "CCR_CLIENT_KEY")
        return tree

    def _provider_keys(self, name: str, provider: MutableMapping[str, Any]) -> None:
        if _is_placeholder(name, provider):
            del provider["api_key"]
        variable = _variable(name, str(provider.get("base_url", "")))
        path: tuple[str, ...] = ("providers", name)
        for key in ("api_key", "api_keys"):
            if key in provider:
                provider[key] = self._all(provider[key], (*path, key), variable)
        if isinstance(headers := provider.get("headers"), dict):
            self._header_keys(headers, path, name)
        self._nested_keys(provider, path, name)

    def _header_keys(self, headers: dict[Any, Any], path: tuple[str, ...], name: str) -> None:
        from addon.headers import sounds_secret  # noqa: PLC0415  brings mitmproxy, 0.3 s, which few imports need

        for header, value in list(headers.items()):
            if sounds_secret(str(header)) or is_secret((str(header),)):
                word = variable_for(f"{name}_{header}").removesuffix("_API_KEY")
                headers[header] = self._all(value, (*path, "headers", str(header)), word)

    def _nested_keys(self, tree: Any, path: tuple[Any, ...], name: str) -> None:
        """Keys that people put where none belongs: in `params`, or among a transformer's options."""
        items: list[tuple[Any, Any]] = list(enumerate(tree) if isinstance(tree, list) else tree.items())
        for key, value in items:
            here = (*path, key)
            if isinstance(value, dict | list) and key not in ("headers", "api_keys", "quirks"):
                self._nested_keys(value, here, name)
            elif len(path) > 2 and isinstance(value, str) and is_secret((key,)):
                tree[key] = self._one(value, here, variable_for(f"{name}_{key}").removesuffix("_API_KEY"))

    def _all(self, value: Any, path: tuple[str, ...], variable: str) -> Any:
        if isinstance(value, list):
            return [self._all(item, path, variable) for item in value]
        if isinstance(value, dict):  # a credential with a name beside it
            return self._all(next((value[key] for key in value if normal(key) in ("apikey", "key")), ""), path, variable)
        return self._one(value, path, variable) if isinstance(value, str) else value

    def _one(self, value: str, path: tuple[Any, ...], variable: str) -> str:
        if not _holds_plaintext(value):
            return value
        scheme = _SCHEME_WORDS.match(value.strip())
        secret = value.strip()[scheme.end() :].strip() if scheme else value
        name = self._name_for(secret, variable)
        if name not in self._values:
            self._values[name] = secret
            place = self._place(path)
            self.taken_out.append(TakenOut(name, place, bool(self._env.get(name)) and self._env[name] != secret))
        return f"{scheme[0]} ${name}" if scheme else f"${name}"

    def _name_for(self, secret: str, variable: str) -> str:
        """The same key has one variable; another key of the same provider another one."""
        taken = next((name for name, value in self._values.items() if value == secret), None)
        number, name = 1, variable
        while taken is None and name in self._values:
            number += 1
            name = f"{variable}_{number}"
        return taken or name

    def _place(self, path: tuple[Any, ...]) -> str:
        written = self._spelling.path(path)
        line = self._document.place(written)[0] if self._document.places else None  # JSON's parsers do not tell lines
        return self._document.show(written) + (f", line {line}" if line else "")


def _holds_plaintext(value: str) -> bool:
    """Whether anything is left when variables, and the word before a token, are taken out. A variable's default counts."""
    return bool(_SCHEME_WORDS.sub("", _VARIABLES.sub("", value).strip()).strip())


def _is_placeholder(name: str, provider: Mapping[str, Any]) -> bool:
    """Whether the key is a word that stands there only because one had to: this machine's servers ask for none."""
    key, parts = provider.get("api_key"), urlsplit(str(provider.get("base_url", "")))
    known = known_for(str(provider.get("base_url", ""))) or known_named(name)
    names = (name, *((known.name, *known.aliases) if known else ()))
    return isinstance(key, str) and urls.is_local(parts.hostname or "") and normal(key) in {*_PLACEHOLDERS, *map(normal, names)}


def _variable(name: str, base_url: str) -> str:
    known = (known_for(base_url) if base_url else None) or known_named(name)
    return known.key_variable if known and known.key_variable else variable_for(name)


def _lost(key: str, what: str, hint: str) -> str:
    return f"{key}: {what}" + (f"; {hint}" if hint else "")
