"""The `ccr_config` option: loads the config, reports what is wrong with it, and keeps a valid one when a later one is not."""

from __future__ import annotations

import logging

from mitmproxy import ctx, exceptions
from mitmproxy.addonmanager import Loader

from addon.config.errors import ConfigError
from addon.current import Current
from addon.ledger import catalogue
from addon.startup import refuse

log = logging.getLogger(__name__)

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}


class Configuration:
    """Loads `current` as mitmproxy starts and whenever the option is set."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "ccr_config",
            str,
            "",
            "The config file. Empty: $CCR_CONFIG, ./.ccr.yaml, ~/.claude-code-router/config.{yaml,json}, else Anthropic.",
        )

    def running(self) -> None:
        catalogue.warm()

    def configure(self, updated: set[str]) -> None:
        if "ccr_config" not in updated and self._current.loaded:
            return
        try:
            settings = self._current.load(ctx.options.ccr_config)
        except ConfigError as error:
            if self._current.loaded:
                raise exceptions.OptionsError(f"ccr: {error}; the config in force stays") from error
            refuse(str(error))
            return
        logging.getLogger("addon").setLevel(_LEVELS[settings.log_level])
        if ctx.options.stream_large_bodies:
            log.warning("ccr: `stream_large_bodies` does not apply to requests that the router reads")
        for warning in settings.warnings:
            log.warning("ccr: %s", warning)
