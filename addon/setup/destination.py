"""Where the configuration is written: checked first, with a backup of what was there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from addon.cli.failure import Failed
from addon.config.check import checked
from addon.config.errors import ConfigError
from addon.config.replace import replace
from addon.service.place import config_home

NAME = "config.yaml"


@dataclass(frozen=True, slots=True)
class Written:
    """`warnings` are the loader's on the new file."""

    path: Path
    backup: Path | None
    warnings: tuple[str, ...] = ()


def usual_path() -> Path:
    """Where the router looks by itself."""
    return config_home() / NAME


def write(path: Path, text: str, env: Mapping[str, str]) -> Written:
    """Checks the text as the router would, and writes; what was there is backed up. Raises Failed; nothing is changed then."""
    if path.is_dir():
        raise Failed(f"`{path}` is a folder; hint: give the file in it, as in `--out {path / NAME}`")
    try:
        settings = checked(text, str(path), env=env)
    except ConfigError as error:
        raise Failed(f"the new configuration would not work, so nothing was written:\n{error}") from None
    try:
        backup = replace(path, text)
    except OSError as error:
        raise Failed(f"`{path}` cannot be written: {error.strerror or error}; hint: `--out FILE` writes elsewhere") from None
    return Written(path, backup, settings.warnings)
