"""`ccr model`: list, search, test, use, and choosing by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from addon.cli import complete
from addon.cli.failure import Failed
from addon.cli.options import Config

if TYPE_CHECKING:
    from addon.models.facts import ModelFacts
    from addon.models.probe import ProbeName, Result

app = typer.Typer(rich_markup_mode="rich")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OfProvider = Annotated[
    str,
    typer.Option("--provider", metavar="NAME", autocompletion=complete.providers, help="Only this provider's models."),
]
Choice = Annotated[
    str,
    typer.Argument(metavar="PROVIDER,MODEL", autocompletion=complete.models, help="A provider of the config and its model."),
]


@app.callback(invoke_without_command=True)
def pick_routes(ctx: typer.Context, config: Config = "") -> None:
    """Choose a model for each route; list, search and test models."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = config
        return
    if not sys.stdin.isatty():
        raise Failed("this is not a terminal; hint: `ccr model list`, or `ccr model use ROUTE PROVIDER,MODEL`")
    from addon.setup.pick import pick  # noqa: PLC0415  each command pays only for what it uses

    pick(config)


@app.command("list")
def list_(ctx: typer.Context, provider: OfProvider = "", as_json: AsJson = False, config: Config = "") -> None:
    """Show all models: context windows, prices, routes."""
    _print(_models(config or ctx.obj or "", provider), as_json=as_json)


@app.command()
def search(
    ctx: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="Parts of `provider,model`; all must be in it.")],
    provider: OfProvider = "",
    as_json: AsJson = False,
    config: Config = "",
) -> None:
    """Show the models whose names hold the words."""
    from addon.models.search import search as find  # noqa: PLC0415  as above

    found = find(_models(config or ctx.obj or "", provider), " ".join(words))
    _print(found, as_json=as_json)
    if not found:
        raise Failed(f"no model has `{' '.join(words)}` in its name; hint: `ccr model list` shows all")


@app.command()
def use(
    ctx: typer.Context,
    route: Annotated[
        str,
        typer.Argument(metavar="ROUTE", autocompletion=complete.routes, help="`default`, `background`, `think`, `longContext` …"),
    ],
    choice: Choice,
    config: Config = "",
) -> None:
    """Set a route in the config file; comments stay, a backup is made."""
    from addon.models import config_file  # noqa: PLC0415  as above
    from addon.models.config_file import RELOAD  # noqa: PLC0415  as above

    edited = config_file.use(config or ctx.obj or "", route, choice)
    if edited.backup is None:
        typer.echo(f"{edited.path}: {route} is {choice} already")
        return
    typer.echo(f"{edited.path}: {route} is {choice} now")
    typer.echo(f"the old file is kept: {edited.backup}", err=True)
    for warning in edited.settings.warnings:
        typer.echo(f"warning: {warning}", err=True)
    typer.echo(RELOAD, err=True)


@app.command("test")
def try_model(
    ctx: typer.Context,
    choice: Choice,
    long: Annotated[int, typer.Option("--long", metavar="N", min=0, help="Tokens of the long prompt; 0 leaves it out.")] = 25_000,
    as_json: AsJson = False,
    config: Config = "",
) -> None:
    """Ask a model for all that Claude Code needs, and show what works.

    The exit status is 1 if text or tool calls fail.
    """
    from rich.console import Console  # noqa: PLC0415  as above

    from addon.ledger import catalogue  # noqa: PLC0415  as above
    from addon.models import config_file, table  # noqa: PLC0415  as above
    from addon.models.probe import probe_model, works  # noqa: PLC0415  as above

    current = config_file.settings(config or ctx.obj or "")
    name, model = config_file.provider_of(current, choice)
    provider = current.providers[name]
    if provider.auth == "client":
        raise Failed(f"`{name}` is asked with Claude Code's own login, which only Claude Code has; hint: give it an `api_key`")
    catalogue.load()
    quiet = Console(stderr=True)
    with quiet.status(f"asking {name},{model} …") as status:

        def begins(probe: ProbeName) -> None:
            status.update(f"{name},{model}: {probe} …")

        try:
            results = probe_model(provider, model, next(iter(provider.keys), ""), long_tokens=long, begins=begins)
        except KeyboardInterrupt:
            raise Failed("interrupted", 130) from None
    if as_json:
        _json(table.results_json(f"{name},{model}", results))
    else:
        Console().print(f"{name},{model}", table.results_table(results), table.summary(results), highlight=False)
    if not works(results):
        raise Failed(_why(f"{name},{model}", results))


def _why(choice: str, results: Sequence[Result]) -> str:
    failed = any(result.state == "fails" for result in results)
    what = f"Claude Code cannot work with `{choice}`" if failed else f"`{choice}` could not be tried"
    hint = next((result.hint for result in results if result.hint), "")
    return what + (f"; hint: {hint}" if hint else "")


def _models(config: str, provider: str) -> list[ModelFacts]:
    """All that can be had; what cannot be had is told on stderr."""
    from rich.console import Console  # noqa: PLC0415  as above

    from addon.config.errors import did_you_mean  # noqa: PLC0415  as above
    from addon.models import config_file  # noqa: PLC0415  as above
    from addon.models.sources import sources  # noqa: PLC0415  as above

    current = config_file.settings(config)
    if provider and provider not in current.providers:
        reason = current.left_out.get(provider, "")
        raise Failed(
            f"the provider {reason}"
            if reason
            else f"{current.source} has no provider `{provider}`; hint: {did_you_mean(provider, list(current.providers))}"
        )
    with Console(stderr=True).status("asking the providers for their models …"):
        found = sources(current, [provider] if provider else list(current.providers))
    for source in found:
        if source.trouble:
            typer.echo(f"{source.provider.name}: its list cannot be had: {source.trouble}", err=True)
    return [facts for source in found for facts in source.models]


def _print(models: Sequence[ModelFacts], *, as_json: bool) -> None:
    from rich.console import Console  # noqa: PLC0415  as above

    from addon.models.table import models_table  # noqa: PLC0415  as above

    if as_json:
        _json([facts.as_json() for facts in models])
    elif models:
        Console().print(models_table(models))


def _json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
