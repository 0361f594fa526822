"""`ccr service install` and `ccr service uninstall`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Config

if TYPE_CHECKING:
    from addon.service.unit.install import Unit

app = typer.Typer(no_args_is_help=True, help="Have systemd or launchd start the router with your session.")


@app.command()
def install(
    config: Config = "",
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=1, max=65535, show_default=False, help="Listen there.")
    ] = None,
    web: Annotated[bool, typer.Option("--web", help="With mitmweb.")] = False,
    only_print: Annotated[bool, typer.Option("--print", help="Print the file instead of writing it.")] = False,
) -> None:
    """Write a systemd user unit (Linux) or a launchd agent (macOS), and say how to start it."""
    from addon.config.errors import ConfigError  # noqa: PLC0415  each command pays only for what it uses
    from addon.service.unit import install as installing  # noqa: PLC0415  as above

    try:
        path = _config_path(config)
        arguments = [
            *(("--config", path) if path else ()),
            *(("--port", str(port)) if port else ()),
            *(("--web",) if web else ()),
        ]
        unit = installing.unit_here(arguments)
        if only_print:
            typer.echo(unit.content.decode(), nl=False)
            return
        changed = installing.write(unit)
    except (ConfigError, installing.NotInstalled, OSError) as error:
        raise Failed(str(error)) from None
    _say(unit, path, changed=changed)


@app.command()
def uninstall() -> None:
    """Stop what `install` has set up, and remove its file."""
    import shlex  # noqa: PLC0415  as above
    import shutil  # noqa: PLC0415  as above
    import subprocess  # noqa: PLC0415  as above

    from addon.service.unit import install as installing  # noqa: PLC0415  as above

    try:
        unit = installing.unit_here([])
        if not unit.path.exists():
            typer.echo(f"not installed ({unit.path} is not there)")
            return
        installing.check_ours(unit)
        for command in unit.disable:
            words = shlex.split(command)
            done = subprocess.run(words, capture_output=True, text=True, check=False) if shutil.which(words[0]) else None  # noqa: S603 - fixed words
            if done is None or done.returncode:
                said = done.stderr.strip() if done else f"`{words[0]}` is not there"
                typer.echo(f"ccr service: `{command}` did not succeed: {said}", err=True)
        installing.remove(unit)
    except (installing.NotInstalled, OSError) as error:
        raise Failed(str(error)) from None
    typer.echo(f"removed {unit.path}")


def _config_path(config: str) -> str:
    """As an absolute path: the service starts elsewhere. Raises ConfigError only if there is none of that name."""
    import os  # noqa: PLC0415  as above
    from pathlib import Path  # noqa: PLC0415  as above

    from addon.config.load import find_config  # noqa: PLC0415  as above
    from addon.service.place import user_home  # noqa: PLC0415  as above

    found = find_config(config, env=os.environ, cwd=Path.cwd(), home=user_home())
    return str(found) if found else ""


def _say(unit: Unit, config: str, *, changed: bool) -> None:
    from addon.service.unit import install as installing  # noqa: PLC0415  as above

    typer.echo(f"wrote {unit.path}" if changed else f"{unit.path} is as it should be")
    if complaints := installing.complaints(unit.path):
        typer.echo(f"ccr service: systemd says of it:\n{complaints}", err=True)
    variables, file = installing.variables(config), installing.environment_file()
    if variables:
        typer.echo(f"\nThe variables of your shell are not known there. Put {', '.join(variables)} into")
        typer.echo(f"  {file}\none NAME=value in each line, and let nobody else read it: chmod 600 {installing.for_shell(file)}")
    if installing.open_to_others(file):
        typer.echo(f"ccr service: others may read {file}; hint: chmod 600 {installing.for_shell(file)}", err=True)
    typer.echo("\nThen:\n" + "\n".join(f"  {command}" for command in unit.enable))
