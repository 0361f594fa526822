"""Whether a file would work, wherever the router is going to be started."""

from __future__ import annotations

import os
from collections import UserDict
from collections.abc import Mapping
from typing import Any

from addon.config.build import build
from addon.config.parse import parse
from addon.config.settings import Settings

STAND_IN = "not-set-in-this-shell"
"""What stands for a variable that is not set while a file is checked that is not put in force here."""


def checked(text: str, source: str, env: Mapping[str, str] | None = None) -> Settings:
    """The settings in `text` as the loader reads it, but that variables which are not set here count as set.

    The shell that edits a file need not be the one that starts the router. Raises ConfigError.
    """
    return build(parse(text, source), _Forgiving(os.environ if env is None else env))


class _Forgiving(UserDict[str, str]):
    """An environment in which every variable is set; `get` still tells the truth, for defaults (`${NAME:-default}`)."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return STAND_IN

    def get(self, name: str, default: Any = None) -> Any:
        return self.data.get(name, default)
