"""Keys that are written in the configuration itself, or travel where others can read them, and who may read the file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from addon.config import urls
from addon.doctor.configured import KeyText
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, Fix, note, ok, problem, unless_wrong, warning

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
ONLY_ME = 0o600


def plain_keys(context: Context) -> Findings:
    """Every credential in the file should be a variable's name. Keys for servers on this machine are no secrets."""
    return unless_wrong(_plain_keys(context), ok(f"no key is written in {context.around.short(context.config.source)}"))


def _plain_keys(context: Context) -> Iterator[Finding]:
    local = {name for name, url in _urls(context) if _is_local(url)}
    for text in context.config.secrets:
        if text.is_plain and not any(text in context.config.keys.get(name, ()) for name in local):
            yield _plain_key(context, text)
    for provider in context.config.settings.providers.values() if context.config.settings else ():
        host = urls.split(provider.base_url).hostname or ""
        if provider.keys and provider.base_url.startswith("http://") and not urls.is_local(host):
            where = context.around.short(context.config.source)
            why = "whoever is on the way can read it"
            yield problem(f"{provider.name}: its key travels unencrypted to http://{host}", where, why, fix="use its https URL")


def _plain_key(context: Context, text: KeyText) -> Finding:
    variable = _variable_for(text.path)
    change = f"write `${variable}` there and `export {variable}=…` in your shell's start-up file"
    why = "copies, backups and version control of this file hold the key too; one that was shared must be replaced"
    return problem(f"{text.path}: a key is written in the file itself", context.around.short(text.place), why, fix=change)


def _variable_for(path: str) -> str:
    """`providers.deepseek.api_key` → `DEEPSEEK_API_KEY`, `APIKEY` → `CCR_CLIENT_KEY`."""
    parts = path.replace("[", ".").split(".")
    if parts[0] != "providers" or len(parts) < 2:
        return "CCR_CLIENT_KEY"
    name = "".join(letter if letter.isalnum() else "_" for letter in parts[1]).upper()
    return f"{name}_API_KEY" if name[:1].isalpha() else f"P_{name}_API_KEY"


def _urls(context: Context) -> Iterator[tuple[str, str]]:
    settings = context.config.settings
    if settings is not None:
        yield from ((provider.name, provider.base_url) for provider in settings.providers.values())


def _is_local(url: str) -> bool:
    return urls.is_loopback(urls.split(url).hostname or "")


def permissions(context: Context) -> Findings:
    """Who may read, and who may change, the file that says where keys are sent."""
    path = context.config.path
    if path is None or context.config.is_shipped:
        yield ok("there is no file of your own to protect")
    elif os.name != "posix":
        yield note(f"{path}: who may read it cannot be told on this system")
    else:
        yield from _permissions(context, path)


def _permissions(context: Context, path: Path) -> Iterator[Finding]:
    shown = context.around.short(path)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        yield note(f"{shown}: who may read it cannot be told: {error.strerror or error}")
        return
    safe = Fix(f"make {shown} yours alone (chmod 600)", lambda: _close(path, shown))
    fix = f"`chmod 600 {shown}`, or `ccr doctor --fix`"
    if mode & OTHERS_WRITE:
        why = "who can change it can send your keys and prompts anywhere"
        yield problem(f"{shown}: others may change it (mode {mode:03o})", shown, why, fix=fix, safe_fix=safe)
    elif mode & OTHERS and any(text.is_plain for text in context.config.secrets):
        why = "every user and program of this machine can read the keys in it"
        yield problem(f"{shown}: others may read the keys in it (mode {mode:03o})", shown, why, fix=fix, safe_fix=safe)
    elif mode & OTHERS:
        why = "it holds no key today; whoever writes one into it shares that with every user of this machine"
        yield warning(f"{shown}: others may read it (mode {mode:03o})", shown, why, fix=fix, safe_fix=safe)
    else:
        yield ok(f"{shown}: only you may read it (mode {mode:03o})")


def _close(path: Path, shown: str) -> str:
    path.chmod(ONLY_ME)
    return f"{shown} has mode 600 now"
