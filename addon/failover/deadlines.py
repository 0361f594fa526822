"""How long each phase of an attempt may take. Pure: the time is given, never asked for."""

from __future__ import annotations

from dataclasses import dataclass

from addon.failover.plan import Limits

END_GRACE = 1.0
"""Seconds a provider has to close its answer after saying that it is complete."""

REFUSAL_GRACE = 5.0
"""Seconds a provider has to say why it refused a request, from the status on."""


@dataclass(slots=True)
class Deadlines:
    """The clock of one client request. All fields are monotonic seconds, 0.0 for what has not happened.

    `began` is the first attempt's start; the others belong to the current attempt, but for `given`, when the client was
    last sent something.
    """

    began: float = 0.0
    connecting: float = 0.0
    sent: float = 0.0
    heard: float = 0.0
    refused: float = 0.0
    finished: float = 0.0
    given: float = 0.0

    def attempt(self, now: float) -> None:
        self.between()
        self.began = self.began or now
        self.given = self.given or now
        self.connecting = now

    def between(self) -> None:
        """No attempt is under way."""
        self.connecting = self.sent = self.heard = self.refused = self.finished = 0.0

    def total_overdue(self, limits: Limits, now: float) -> str:
        if self.began and now - self.began > limits.total:
            return f"no complete answer within {limits.total:g} s in all"
        return ""

    def overdue(self, limits: Limits, now: float) -> str:
        """Why the current attempt must be given up, "" if it need not."""
        if why := self.total_overdue(limits, now):
            return why
        if self.refused:
            return ""
        if self.heard:
            return f"silent for {limits.idle:g} s" if now - self.heard > limits.idle else ""
        if self.sent:
            return f"no answer within {limits.first_byte:g} s" if now - self.sent > limits.first_byte else ""
        if self.connecting and now - self.connecting > limits.connect:
            return f"no connection within {limits.connect:g} s"
        return ""

    def dragging(self, now: float) -> bool:
        """Whether an error's status is known, but what goes with it does not end."""
        return bool(self.refused) and now - self.refused > REFUSAL_GRACE

    def dawdling(self, now: float) -> bool:
        """Whether the answer is complete, but the provider does not end it."""
        return bool(self.finished) and now - self.finished > END_GRACE

    def silent(self, seconds: float, now: float) -> bool:
        return now - self.given >= seconds
