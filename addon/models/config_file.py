"""The configuration file that `ccr model` looks at and edits."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from addon.cli.failure import Failed
from addon.config.check import checked
from addon.config.edit import EditRefused, add_model, refuse_json, set_route
from addon.config.errors import ConfigError, did_you_mean, listed
from addon.config.load import SHIPPED, find_config, home_of, load_settings, read_config
from addon.config.replace import alone_with, replace
from addon.config.settings import ANY, ROUTE_NAMES, Settings

RELOAD = "a running router reads it by `ccr restart`, or by `ccr.reload` in mitmweb"
NONE_YET = "there is no configuration yet; hint: `ccr init` writes one"


@dataclass(frozen=True, slots=True)
class Edited:
    """`backup` is None where the file said so already; `settings` are those of the new file."""

    path: Path
    backup: Path | None
    settings: Settings


def settings(named: str) -> Settings:
    """The settings in force for a config that is `named` (a path or a shipped one's name), or found. Raises Failed."""
    path(named)
    try:
        return load_settings(named)
    except ConfigError as error:
        raise Failed(str(error)) from None


def path(named: str) -> Path:
    """Raises Failed where there is none."""
    try:
        found = find_config(named, env=os.environ, cwd=Path.cwd(), home=home_of(os.environ))
    except ConfigError as error:
        raise Failed(str(error)) from None
    if found is None:
        raise Failed(NONE_YET)
    return found


def editable(named: str) -> Path:
    """The file, if it is one that is edited. Raises Failed."""
    file = path(named)
    if file.resolve().parent == SHIPPED:
        raise Failed(f"`{file.stem}` came with the program and is not edited; hint: `ccr init` writes a config of your own")
    try:
        refuse_json(str(file))
    except EditRefused as error:
        raise Failed(str(error)) from None
    return file


def use(named: str, route: str, choice: str) -> Edited:
    """Sets a route in the file, and adds the model to its provider's list. Raises Failed; nothing is changed then."""
    file = editable(named)
    name = _route(route)
    try:
        with alone_with(file):
            before = read_config(file)
            after = _edited(before, str(file), name, choice)
            new = checked(after, str(file))
            backup = replace(file, _marked(file, after), keep_mode=True) if after != before else None
    except EditRefused as error:
        raise Failed(str(error)) from None
    except ConfigError as error:
        raise Failed(f"nothing was changed:\n{error}") from None
    except OSError as error:
        raise Failed(f"`{file}` cannot be written: {error.strerror or error}") from None
    return Edited(file, backup, new)


def provider_of(current: Settings, choice: str) -> tuple[str, str]:
    """`provider,model` (or `provider/model`) taken apart. Raises Failed."""
    name, comma, model = choice.partition(",")
    if not comma:
        name, _, model = choice.partition("/")
    name, model = name.strip(), model.strip()
    if name not in current.providers or not model:
        if reason := current.left_out.get(name):
            raise Failed(f"the provider {reason}")
        known = name in current.providers
        hint = f"`ccr model list --provider {name}` shows its models" if known else did_you_mean(name, list(current.providers))
        raise Failed(f"`{choice}` is not `provider,model` with a provider of {current.source}; hint: {hint}")
    return name, model


def _route(given: str) -> str:
    known = {name.lower(): name for name in ROUTE_NAMES}
    if found := known.get(given.replace("_", "").replace("-", "").lower()):
        return found
    raise Failed(f"`{given}` is not a route; hint: the routes are {listed(ROUTE_NAMES)}")


def _edited(text: str, source: str, route: str, choice: str) -> str:
    edited = set_route(text, source, route, choice)
    provider, _, model = choice.partition(",")
    if model == ANY:
        return edited
    try:
        return add_model(edited, source, provider, model)
    except EditRefused:  # a list that others share by an anchor; that the model is not in it is warned of
        return edited


def _marked(file: Path, text: str) -> str:
    """With the mark at the beginning that some editors of Windows set, if the file has it."""
    return "\ufeff" + text if file.read_bytes().startswith(BOM_UTF8) else text
