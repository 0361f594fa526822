"""`ccr doctor`."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from addon.cli import complete
from addon.cli.failure import Failed
from addon.cli.options import Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addon.doctor.checks import Check
    from addon.doctor.context import Surroundings
    from addon.doctor.finding import Finding
    from addon.doctor.gather import Wishes


def doctor(  # noqa: PLR0913, PLR0917  one argument for each option
    config: Config = "",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="CHECK", autocompletion=complete.checks, help="This check only; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON list.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Offer each safe fix, and make those that you agree to.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --fix: agree to every safe fix.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no provider; say what was skipped.")] = False,
    probe: Annotated[bool, typer.Option("--probe", help="Also try tool calls with each model: costs a little.")] = False,
    flows: Annotated[
        Path | None, typer.Option("--flows", metavar="FILE", help="Recent requests: a recording or events file.")
    ] = None,
) -> None:
    """Find what is wrong, and say how to put it right.

    The exit status is 1 if anything is.
    """
    from addon.doctor.examine import UnknownCheck, chosen  # noqa: PLC0415  each command pays only for what it uses
    from addon.doctor.gather import Wishes  # noqa: PLC0415  as above

    if fix and not yes and not sys.stdin.isatty():
        raise Failed("--fix asks before each fix, and there is no terminal to ask on; hint: `--fix --yes` agrees to all", 2)
    if offline and probe:
        raise Failed("--probe asks models, --offline asks nobody; hint: leave one away", 2)
    try:
        checks = chosen(only or [])
    except UnknownCheck as error:
        raise Failed(f"--only: {error}", 2) from None
    wishes = Wishes(config, flows, offline, probe, live=any(check.live for check in checks))
    findings = _looked(wishes, checks)
    if not (fix and as_json):
        _print(findings, as_json=as_json)
    if fix:
        findings = _repaired(findings, wishes, checks, yes=yes)
        _print(findings, as_json=as_json, only_wrong=True)
    if any(finding.is_wrong for finding in findings):
        raise typer.Exit(1)


def _looked(wishes: Wishes, checks: Sequence[Check]) -> list[Finding]:
    from rich.console import Console  # noqa: PLC0415  as above

    from addon.doctor.examine import examine  # noqa: PLC0415  as above
    from addon.doctor.gather import gather  # noqa: PLC0415  as above

    with Console(stderr=True).status("looking …") as status:
        context = gather(_surroundings(), wishes, lambda told: status.update(f"{told} …"))
        status.update("trying tool calls …" if wishes.probe else "comparing …")
        return examine(context, checks)


def _surroundings() -> Surroundings:
    from addon.config.load import home_of  # noqa: PLC0415  as above
    from addon.doctor.context import Surroundings  # noqa: PLC0415  as above

    try:
        folder = Path.cwd()
    except FileNotFoundError:  # it was removed under us
        folder = Path("/")
    env = dict(os.environ)
    home = home_of(env)
    return Surroundings({**env, "HOME": str(home)}, folder, home, Path(sys.argv[0]).absolute())


def _repaired(findings: Sequence[Finding], wishes: Wishes, checks: Sequence[Check], *, yes: bool) -> list[Finding]:
    """Offers the safe fixes, then looks again. Raises Failed if one could not be made."""
    from addon.doctor.repair import repair  # noqa: PLC0415  as above

    if not any(finding.safe_fix for finding in findings):
        typer.echo("there is nothing that can safely be fixed from here", err=True)
        return list(findings)
    agrees = _announced if yes else (lambda question: typer.confirm(question, err=True))
    try:
        done, failed = repair(findings, agrees, lambda told: typer.echo(told, err=True))
    except (typer.Abort, KeyboardInterrupt):  # typer makes the former of the latter at a question
        typer.echo(err=True)
        raise Failed("interrupted; only what is said above was changed", 130) from None
    if not done and not failed:
        typer.echo("nothing was changed", err=True)
        return list(findings)
    return _looked(wishes, checks)


def _announced(question: str) -> bool:
    typer.echo(f"{question} yes (--yes)", err=True)
    return True


def _print(findings: Sequence[Finding], *, as_json: bool, only_wrong: bool = False) -> None:
    from rich.console import Console  # noqa: PLC0415  as above

    from addon.doctor import report  # noqa: PLC0415  as above

    if as_json:
        typer.echo(report.as_json(findings))
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode still shows the rest
        report.show(findings, Console(), only_wrong=only_wrong)
