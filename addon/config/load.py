"""Where the configuration is looked for, and reading it.

the path given (`--set ccr_config=…`)     a file, or the bare name of a shipped one
$CCR_CONFIG                               the same
./.ccr.yaml
~/.claude-code-router/config.yaml         then config.json
built in                                  everything to Anthropic, untouched
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from addon.config.build import build
from addon.config.document import Document
from addon.config.errors import ConfigError, Problem, closest, either, listed
from addon.config.parse import parse
from addon.config.settings import Settings

BUILT_IN = "built-in default"
VARIABLE = "CCR_CONFIG"
HOME_VARIABLE = "CCR_HOME"
"""Names the folder to use in the place of ~/.claude-code-router."""
SHIPPED = Path(__file__).resolve().parents[2] / "configs"

_NEAR = 0.65
"""Names of shipped configurations are short words: at less any word looks like one of them."""

MAX_BYTES = 1024 * 1024
"""Longest file that is read at all; a file of characters beyond `parse.MAX_CHARACTERS` is refused anyway."""


def load_settings(
    path: str = "", *, env: Mapping[str, str] | None = None, cwd: Path | None = None, home: Path | None = None
) -> Settings:
    """The settings in the first configuration found. Raises ConfigError, and changes nothing that is in force.

    `env`, `cwd` and `home` are the process's own if not given.
    """
    environment = dict(os.environ) if env is None else dict(env)
    home = home if home is not None else home_of(environment)
    environment.setdefault("HOME", str(home))
    found = find_config(path, env=environment, cwd=cwd or Path.cwd(), home=home)
    document = parse(read_config(found), str(found)) if found else Document(BUILT_IN, "", {})
    return build(document, environment)


def find_config(path: str, *, env: Mapping[str, str], cwd: Path, home: Path) -> Path | None:
    """The file to read; None for the built-in default. Raises ConfigError for a file that was named and is not there."""
    if named := path or env.get(VARIABLE, ""):
        return _named(named, "" if path else f"the environment variable `{VARIABLE}` names it; ", cwd, home)
    ours = Path(env[HOME_VARIABLE]).expanduser() if env.get(HOME_VARIABLE) else home / ".claude-code-router"
    places = (cwd / ".ccr.yaml", ours / "config.yaml", ours / "config.json")
    return next((place for place in places if os.path.lexists(place)), None)


def shipped_configs() -> tuple[str, ...]:
    """The names of the configurations that come with the program, usable in place of a path."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.yaml")))


def _named(named: str, who: str, cwd: Path, home: Path) -> Path:
    place = home / named[2:] if named.startswith("~/") else cwd / named
    if os.path.lexists(place):
        return place
    if named in shipped_configs():
        return SHIPPED / f"{named}.yaml"
    near = closest(named, shipped_configs(), cutoff=_NEAR)
    files = f"give the path of a file, or one of {listed(shipped_configs())}"
    hint = f"did you mean the shipped {either(near)}?" if near else files
    raise ConfigError(named, [Problem("there is no such file", who + hint)])


def read_config(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        if path.is_dir():
            raise ConfigError(str(path), [Problem("is a directory, not a file", "name the file in it")])
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(str(path), [Problem("is too large for a configuration", "is this the right file?")])
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8: byte {error.start} is `0x{error.object[error.start]:02x}`"
        raise ConfigError(str(path), [Problem(what, "save it as UTF-8")]) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise ConfigError(str(path), [Problem(what, "check the file's permissions, and that it is there")]) from None


def home_of(env: Mapping[str, str]) -> Path:
    """A process without a home directory has no files there either."""
    try:
        return Path(env["HOME"]) if env.get("HOME") else Path.home()
    except RuntimeError:
        return Path("/")
