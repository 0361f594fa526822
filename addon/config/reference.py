"""Every key of the configuration as it is documented."""

from __future__ import annotations

from collections.abc import Iterator

from addon.config.schema import ConfigFile, Section
from addon.config.spelling import nested


def all_keys() -> list[str]:
    """Paths such as `providers.NAME.base_url`; NAME stands for a name that the user chooses."""
    return [".".join(path) for path in _paths(ConfigFile)]


def _paths(section: type[Section]) -> Iterator[tuple[str, ...]]:
    for name in section.model_fields:
        shown = section.shown.get(name, name)
        yield (shown,)
        child, many = nested(section, name)
        if child is not None:
            between = ("NAME",) if many else ()
            yield from ((shown, *between, *path) for path in _paths(child))
