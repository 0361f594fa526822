"""What may be typed, for the shell's completion. It never fails and never says a word: the user is in mid-line."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, MutableMapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from addon.config.settings import Provider


def configs(incomplete: str) -> list[str]:
    """Names of shipped configs; where none fits, the shell offers files."""
    from addon.config.load import shipped_configs  # noqa: PLC0415  a key press pays only for what it uses

    return _beginning(incomplete, shipped_configs())


def routes(incomplete: str) -> list[str]:
    """Names of routes."""
    from addon.config.settings import ROUTE_NAMES  # noqa: PLC0415  as above

    return [name for name in ROUTE_NAMES if name.lower().startswith(incomplete.lower())]


def models(incomplete: str) -> list[str]:
    """`provider,model` of the config in force; none where it cannot be read."""
    from addon.config.settings import ANY  # noqa: PLC0415  as above

    found = _providers().values()
    return _beginning(incomplete, (f"{each.name},{model}" for each in found for model in each.models if model != ANY))


def providers(incomplete: str) -> list[str]:
    """Names of the providers of the config in force."""
    return _beginning(incomplete, _providers())


def known_providers(incomplete: str) -> list[str]:
    """Names of those that need no URL."""
    from translators.providers import KNOWN  # noqa: PLC0415  as above

    return _beginning(incomplete, (known.name for known in KNOWN))


def checks(incomplete: str) -> list[str]:
    """Names of the doctor's checks."""
    from addon.doctor.checks import CHECKS  # noqa: PLC0415  as above

    return _beginning(incomplete, (check.name for check in CHECKS))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _providers() -> dict[str, Provider]:
    from addon.config.errors import ConfigError  # noqa: PLC0415  as above
    from addon.config.load import load_settings  # noqa: PLC0415  as above

    try:
        return dict(load_settings().providers)
    except ConfigError:
        return {}


def in_bash(app: Callable[[], object], env: MutableMapping[str, str] = os.environ) -> None:
    """Answers bash, which takes `:` and `=` for words of their own, and puts an answer in the place of the last such word.

    typer knows nothing of that, so `app` is asked with whole words, and what of a word stands there already is not told again.
    """
    words, before = _whole(env["COMP_WORDS"].split("\n")[: int(env["COMP_CWORD"]) + 1])
    env["COMP_WORDS"], env["COMP_CWORD"] = "\n".join(words), str(len(words) - 1)
    told = io.StringIO()
    try:
        with redirect_stdout(told):
            app()
    finally:
        for line in told.getvalue().splitlines():
            typer.echo(line.removeprefix(before))


def _whole(words: list[str]) -> tuple[list[str], str]:
    """The words put together again, and what of the last one's value stands before the part that bash completes."""
    whole: list[str] = []
    parted = False
    for word in words:
        parts = bool(word) and not word.strip(":=")
        if whole and (parts or parted):
            whole[-1] += word
        else:
            whole.append(word)
        parted = parts
    before = whole[-1] if parted else whole[-1].removesuffix(words[-1])
    return whole, before.rpartition("=")[2]
