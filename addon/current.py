"""The settings in force. One object, shared by all addons, replaced whole by a valid reload or a live override."""

from __future__ import annotations

import time

from addon.config.load import load_settings
from addon.config.settings import Settings
from addon.overrides import Overrides


class Current:
    """Holds the settings; `settings` raises until the first successful `load`.

    `settings` are those in force: the `configured` ones with the `overrides`. `loaded_at` is when they were read, in seconds
    since 1970.
    """

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._in_force: Settings | None = None
        self.overrides = Overrides()
        self.loaded_at = 0.0

    @property
    def loaded(self) -> bool:
        return self._settings is not None

    @property
    def configured(self) -> Settings:
        if self._settings is None:
            raise RuntimeError("no configuration is loaded")
        return self._settings

    @property
    def settings(self) -> Settings:
        configured = self.configured
        if self._in_force is None:
            self._in_force = self.overrides.apply(configured)
        return self._in_force

    def load(self, path: str) -> Settings:
        """Parse, validate whole, then swap. Raises `ConfigError` and keeps what was in force."""
        begun = time.time()
        self._settings = load_settings(path)
        self.loaded_at = begun
        self.override(self.overrides.kept_by(self._settings))
        return self._settings

    def override(self, overrides: Overrides) -> None:
        self.overrides, self._in_force = overrides, None
