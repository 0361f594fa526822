"""A launchd agent. See launchd.plist(5)."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LABEL: Final = "ccr"

# launchd has no files of variables. The paths are arguments: nothing in them means anything to the shell.
_WITH_VARIABLES: Final = 'set -a; [ ! -f "$1" ] || . "$1"; set +a; shift; exec "$@"'


def agent(command: Sequence[str], environment_file: Path, log: Path) -> bytes:
    """The property list. `command` begins with an absolute path; keys are in `environment_file`, which may be missing."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": ["/bin/sh", "-c", _WITH_VARIABLES, LABEL, str(environment_file), *command],
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "StandardOutPath": str(log),
            "StandardErrorPath": str(log),
        }
    )
