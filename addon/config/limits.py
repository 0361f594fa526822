"""How long things may take and how often they are tried: the general values, with a provider's own over them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from addon.config.schema import ConfigFile, RetrySection, Section, TimeoutsSection
from addon.config.settings import Retry, Timeouts

ONCE = Retry(attempts=1)
"""For a provider that is shown the client's own login: the client repeats by itself, and shows its user that it does."""


def retry_of(config: ConfigFile, own: RetrySection | None = None, *, once: bool = False) -> Retry:
    """`once`: a request is repeated only if the file says so."""
    asked_for = "attempts" in _given(config.retry) | _given(own)
    retry = Retry(**(config.retry.model_dump() | _given(own)), asked_for=asked_for)
    return replace(retry, attempts=ONCE.attempts) if once and not asked_for else retry


def timeouts_of(config: ConfigFile, own: TimeoutsSection | None = None) -> Timeouts:
    """`API_TIMEOUT_MS` is the general `total`, in milliseconds. 0 in the file means no limit."""
    general = config.timeouts.model_dump()
    if config.api_timeout_ms is not None:
        general["total"] = config.api_timeout_ms / 1000
    limits = {name: value or math.inf for name, value in (general | _given(own)).items()}
    says_first_byte = "first_byte" in _given(config.timeouts) | _given(own)
    return Timeouts(**limits, whole=limits["first_byte"] if says_first_byte else limits["total"])


def _given(section: Section | None) -> dict[str, Any]:
    return section.model_dump(exclude_unset=True) if section else {}
