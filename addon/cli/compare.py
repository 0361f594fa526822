"""`ccr compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.replay import Json, JudgeCommand, Kinds, LabelsFile, Out, Recorded, Select


def compare(  # noqa: PLR0913, PLR0917  each is an option
    file: Recorded,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="OTHER", help="A second recording; without, FILE's flows hold both answers.", show_default=False),
    ] = None,
    select: Select = "",
    only_kind: Kinds = None,
    judge: JudgeCommand = "",
    labels: LabelsFile = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Compare two recordings, or both answers of a replayed one."""
    from rich.console import Console  # noqa: PLC0415  each command pays only for what it uses

    from addon.lab import orders  # noqa: PLC0415  as above
    from addon.lab.report.output import show  # noqa: PLC0415  as above

    told = Console(stderr=True)
    order = orders.Comparison(file, other, orders.Chosen(select, tuple(only_kind or ())), orders.Judging(judge, labels, out))
    try:
        show(order.run(told), told, out=out, as_json=json)
    except orders.WRONG as error:
        raise Failed(str(error)) from None
    except KeyboardInterrupt:
        raise Failed("stopped by Ctrl-C", 130) from None
