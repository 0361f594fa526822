"""The configuration as the doctor sees it: also one that cannot be used is read as far as it can be.

A variable that is not set stops the router, and is a finding; so does a host that lets other machines in without a key. To go on
looking behind that, the variable is given a placeholder here (a key that holds one is never shown to anybody), and the host is
left out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from addon.config.build import build
from addon.config.document import Document, Findings, is_secret
from addon.config.document import Path as KeyPath
from addon.config.errors import ConfigError, Problem
from addon.config.interpolate import Interpolation
from addon.config.load import BUILT_IN, SHIPPED, find_config, read_config
from addon.config.parse import parse
from addon.config.settings import Provider, Settings
from addon.config.spelling import Spelling

PLACEHOLDER = "ccr-doctor-placeholder"

_VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$(?:\{([A-Za-z_]\w*)[^{}]*\}|([A-Za-z_]\w*))")


@dataclass(frozen=True, slots=True)
class KeyText:
    """A credential as it is written in the file. `path` is its key's, `place` says it with file, line and column.

    `variables` are those it names; one without any, that holds something, is the key itself. `value` is what it comes to, "" if a
    variable is unset or empty.
    """

    path: str
    place: str
    variables: tuple[str, ...]
    value: str = field(repr=False)
    written: str = field(repr=False)

    @property
    def is_plain(self) -> bool:
        return bool(self.written) and not self.variables

    @property
    def source(self) -> str:
        """Where the key is from, for people."""
        return ", ".join(f"${name}" for name in self.variables) or f"written in the file, as {self.path}"


@dataclass(frozen=True, slots=True)
class Configured:
    """`named` is how it was asked for, "" if it was found. `path` None: there is no file, and the built-in default holds.
    `settings` None: nothing can be made of the file.

    `problems` are what keeps the router from using it; with any, `settings` is what it would be with the variables in `unset`
    and those in `blank`, which are set to nothing, and listening on this machine only.
    """

    path: Path | None
    source: str
    document: Document | None = None
    settings: Settings | None = None
    problems: tuple[Problem, ...] = ()
    unset: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    tree: Mapping[str, Any] = field(default_factory=dict, repr=False)
    keys: Mapping[str, tuple[KeyText, ...]] = field(default_factory=dict)
    secrets: tuple[KeyText, ...] = ()
    named: str = ""

    @property
    def option(self) -> str:
        """What commands must be given, after a blank, to look at the same file."""
        return f" --config {shlex.quote(self.named)}" if self.named else ""

    @property
    def is_shipped(self) -> bool:
        return self.path is not None and self.path.resolve().is_relative_to(SHIPPED)

    @property
    def is_usable(self) -> bool:
        return self.settings is not None and not self.problems

    def key_text(self, provider: Provider, key: str) -> KeyText | None:
        """Which of the file's texts a key of a provider comes from."""
        return next((text for text in self.keys.get(provider.name, ()) if text.value == key), None)

    def keys_in_force(self, provider: Provider) -> tuple[str, ...]:
        return tuple(key for key in provider.keys if PLACEHOLDER not in key)


def configured(named: str, env: Mapping[str, str], cwd: Path, home: Path) -> Configured:
    """Never raises for what is in the file, or that there is none."""
    return replace(_configured(named, env, cwd, home), named=named)


def _configured(named: str, env: Mapping[str, str], cwd: Path, home: Path) -> Configured:
    try:
        path = find_config(named, env=env, cwd=cwd, home=home)
    except ConfigError as error:
        return Configured(None, error.source, problems=error.problems)
    if path is None:
        return _built(Configured(None, BUILT_IN), Document(BUILT_IN, "", {}), env)
    try:
        document = parse(read_config(path), str(path))
    except ConfigError as error:
        return Configured(path, str(path), problems=error.problems)
    return _built(Configured(path, str(path)), document, env)


def _built(found: Configured, document: Document, env: Mapping[str, str]) -> Configured:
    named = sorted(set(_variables(document.tree)))
    unset = tuple(name for name in named if name not in env)
    blank = tuple(name for name in named if not env.get(name, "-").strip())
    spelling = Spelling(Findings(document))
    tree = spelling.respell(document.tree)
    settings, problems = _settings(document, env)
    if problems:
        at_home = {key: value for key, value in document.tree.items() if (key,) != spelling.path(("host",))}
        settings, _ = _settings(replace(document, tree=at_home), {**env, **dict.fromkeys((*unset, *blank), PLACEHOLDER)})
    secrets = tuple(_secrets(document, env))
    return Configured(
        found.path, found.source, document, settings, problems, unset, blank,
        tree=tree, keys=_by_provider(tree, spelling, document, secrets), secrets=secrets,
    )  # fmt: skip


def _settings(document: Document, env: Mapping[str, str]) -> tuple[Settings | None, tuple[Problem, ...]]:
    try:
        return build(document, env), ()
    except ConfigError as error:
        return None, error.problems


def _variables(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for item in value.values():
                yield from _variables(item)
        case list():
            for item in value:
                yield from _variables(item)
        case str():
            yield from (found[1] or found[2] for found in _VARIABLE.finditer(value))
        case _:
            return


def _secrets(document: Document, env: Mapping[str, str]) -> Iterator[KeyText]:
    for path, text in _texts(document.tree, ()):
        if not _holds_secret(path):
            continue
        variables = tuple(dict.fromkeys(_variables(text)))
        value = str(Interpolation(env, Findings(document)).apply(text)).strip()
        place = ":".join(str(part) for part in (document.source, *document.place(path)) if part is not None)
        yield KeyText(document.show(path), place, variables, value, text.strip())


def _holds_secret(path: KeyPath) -> bool:
    """Of a provider's headers only those whose name says so; `x-title` is none."""
    if not is_secret(path):
        return False
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    above = [str(part).lower() for part in path[:-1]]
    return "headers" not in above or re.search(r"auth|key|token|secret|cookie|password", last, re.IGNORECASE) is not None


def _texts(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _texts(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from _texts(item, (*path, index))
        case str():
            yield path, value
        case _:
            return


def _by_provider(
    tree: Mapping[str, Any], spelling: Spelling, document: Document, secrets: tuple[KeyText, ...]
) -> dict[str, tuple[KeyText, ...]]:
    """The texts below each provider's `api_key` and `api_keys`."""
    providers = tree.get("providers")
    found: dict[str, tuple[KeyText, ...]] = {}
    for name in providers if isinstance(providers, dict) else ():
        written = [spelling.path(("providers", name, key)) for key in ("api_key", "api_keys")]
        shown = tuple(document.show(path) for path in written)
        found[str(name)] = tuple(text for text in secrets if text.path.startswith(shown))
    return found
