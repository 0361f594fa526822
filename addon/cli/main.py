"""What the `ccr` script of the package runs. The program is loaded within, so that Ctrl-C is quiet even then.

What this module itself imports takes two milliseconds.
"""

from __future__ import annotations

import os
import signal

_INTERRUPTED = 130


def main() -> None:
    with_python = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not where the caller has it ignored
    if with_python:
        signal.signal(signal.SIGINT, _leave)
    from addon.cli import program  # noqa: PLC0415  half a second of imports, in any of which Ctrl-C may come

    if with_python:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        program.execute()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


def _leave(*_: object) -> None:
    """Nothing was begun. An exception amid imports would be told at length, or be taken for something else."""
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
