"""This machine's clock against the providers'."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from addon.doctor.context import Context
from addon.doctor.finding import Findings, note, ok, problem
from addon.doctor.live import Asked

TOLERATED: Final = 300.0
"""Seconds. Signed requests, logins and certificates begin to fail at about that difference."""


def clock(context: Context) -> Findings:
    """By the `Date` header of whatever the providers answered, refusals included; the median, for one of them may be wrong."""
    skews = list(_skews(context.answers))
    if not skews:
        yield note("the clock was not compared: no provider's answer said what time it is")
        return
    skew = statistics.median(skews)
    if abs(skew) <= TOLERATED:
        yield ok(f"the clock agrees with {len(skews)} answer{'' if len(skews) == 1 else 's'} (to {abs(skew):.0f} s)")
        return
    what = f"this machine's clock is {_length(abs(skew))} {'ahead' if skew > 0 else 'behind'}"
    why = "certificates seem expired or not yet valid, logins fail, and waits that providers ask for are misread"
    yield problem(what, "by the Date of providers' answers", why, fix="set it by the network: `sudo timedatectl set-ntp true`")


def _skews(answers: tuple[Asked, ...]) -> Iterator[float]:
    """Seconds that we are ahead of each answer."""
    for answer in answers:
        try:
            theirs = parsedate_to_datetime(answer.date)
        except ValueError:
            continue
        yield answer.at - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)).timestamp()


def _length(seconds: float) -> str:
    if seconds < 5_400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3_600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
