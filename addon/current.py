"""The settings in force. One object, shared by all addons, replaced whole by a valid reload."""

from __future__ import annotations

from addon.config.load import load_settings
from addon.config.settings import Settings


class Current:
    """Holds the settings; `settings` raises until the first successful `load`."""

    def __init__(self) -> None:
        self._settings: Settings | None = None

    @property
    def loaded(self) -> bool:
        return self._settings is not None

    @property
    def settings(self) -> Settings:
        if self._settings is None:
            raise RuntimeError("no configuration is loaded")
        return self._settings

    def load(self, path: str) -> Settings:
        """Parse, validate whole, then swap. Raises `ConfigError` and keeps what was in force."""
        self._settings = load_settings(path)
        return self._settings
