"""What the configuration's fixtures are: loading one from text, and the message of one that is refused."""

from __future__ import annotations

from collections.abc import Callable

from addon.config.settings import Settings

type Load = Callable[..., Settings]
type Refusal = Callable[..., str]
