"""`ccr diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.replay import Recorded


def diff(
    file: Recorded,
    which: Annotated[
        str,
        typer.Argument(metavar="ID", help="The pair's id, or its number; without, the pairs are listed.", show_default=False),
    ] = "",
    model: Annotated[
        str, typer.Option("--model", metavar="PROVIDER,MODEL", help="Of this model, where several answered.", show_default=False)
    ] = "",
) -> None:
    """Show both answers to one recorded request, and how they differ."""
    from addon.lab import difference, orders, pair  # noqa: PLC0415  each command pays only for what it uses
    from addon.lab.report import output  # noqa: PLC0415  as above

    try:
        pairs = pair.pairs_of(file)
        if not which:
            output.show_pairs(pair.listed([each for each in pairs if model in ("", each.model)]))
            return
        chosen = pair.chosen(pairs, which, model)
    except orders.WRONG as error:
        raise Failed(str(error)) from None
    output.show_difference(difference.difference(chosen.exchange, chosen.answer, chosen.model))
