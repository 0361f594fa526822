"""`ccr demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from addon.cli.failure import Failed


def demo(
    web: Annotated[bool, typer.Option("--web", help="Do it in mitmweb, and leave that open to look around.")] = False,
    builtin: Annotated[bool, typer.Option("--builtin", help="Use the built-in client even if `claude` is on the PATH.")] = False,
) -> None:
    """Show a session with tools: a scripted model, no key, no network."""
    import asyncio  # noqa: PLC0415  each command pays only for what it uses

    from rich.console import Console  # noqa: PLC0415  as above

    from addon.demo import session  # noqa: PLC0415  as above
    from addon.demo.errors import DemoFailed  # noqa: PLC0415  as above

    try:
        asyncio.run(session.run(Console(), web=web, builtin=builtin))
    except DemoFailed as error:
        raise Failed(str(error)) from None
    except asyncio.CancelledError:
        raise typer.Exit(143) from None  # 128 + SIGTERM
