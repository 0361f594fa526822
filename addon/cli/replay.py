"""`ccr replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addon.cli import complete
from addon.cli.failure import Failed
from addon.cli.options import Config

Recorded = Annotated[
    Path, typer.Argument(metavar="FILE", help="A recording: of this router, or of plain mitmproxy.", show_default=False)
]
Select = Annotated[
    str, typer.Option("--select", metavar="FILTER", help="Only flows that match mitmproxy's filter.", show_default=False)
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--only-kind", metavar="KIND", help="Only this kind, such as main; repeatable.", show_default=False),
]
JudgeCommand = Annotated[
    str, typer.Option("--judge", metavar="CMD", help="Judge each pair by this program: exit 0 is a success.", show_default=False)
]
LabelsFile = Annotated[
    Path | None, typer.Option("--labels", metavar="FILE", help="Verdicts by hand: YAML, JSON or CSV.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write the report: .md, .html or .json by its name.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON instead of a table.")]


def replay(  # noqa: PLR0913, PLR0917  each is an option
    file: Recorded,
    model: Annotated[
        list[str],
        typer.Option(
            "--model",
            metavar="PROVIDER,MODEL",
            autocompletion=complete.models,
            show_default=False,
            help="Replay against this model; repeatable.",
        ),
    ],
    select: Select = "",
    only_kind: Kinds = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=64, metavar="N", help="Requests at once.")] = 4,
    limit: Annotated[int, typer.Option("--limit", min=0, metavar="N", help="Only the first N requests; 0: all.")] = 0,
    budget: Annotated[
        float | None,
        typer.Option("--budget", min=0, metavar="USD", help="Spend no more than this many dollars.", show_default=False),
    ] = None,
    judge: JudgeCommand = "",
    labels: LabelsFile = None,
    out: Out = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Append the flows, with both answers, to this file.", show_default=False),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what was measured before.")] = False,
    config: Config = "",
    json: Json = False,
) -> None:
    """Replay a recording against other models, and measure them.

    Success, agreement with the recorded answers, cost and time.
    """
    from rich.console import Console  # noqa: PLC0415  each command pays only for what it uses

    from addon.lab import orders  # noqa: PLC0415  as above
    from addon.lab.report.output import show  # noqa: PLC0415  as above

    told = Console(stderr=True)
    order = orders.Replay(
        file,
        tuple(model),
        orders.Chosen(select, tuple(only_kind or ()), limit),
        orders.Judging(judge, labels, out),
        config,
        concurrency,
        budget,
        fresh,
        save,
    )
    try:
        report, run, settings = order.run(told)
        secrets = [*settings.client_keys, *(key for provider in settings.providers.values() for key in provider.keys)]
        show(report, told, out=out, as_json=json, secrets=secrets)
    except orders.WRONG as error:
        raise Failed(str(error)) from None
    except KeyboardInterrupt:
        raise Failed("stopped by Ctrl-C; hint: what was heard and judged is kept, and the same command goes on", 130) from None
    if run.stop:
        raise typer.Exit({"interrupted": 130, "terminated": 143}.get(run.stop, 1))
