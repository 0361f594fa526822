"""Several keys of one provider: which is used next, and which rests."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

type Strategy = Literal["round-robin", "priority"]


@dataclass(slots=True)
class KeyPool:
    """`round-robin` takes the keys in turn, `priority` the first that does not rest. Times are monotonic seconds."""

    keys: tuple[str, ...] = field(repr=False)
    strategy: Strategy = "round-robin"
    _until: dict[str, float] = field(default_factory=dict, repr=False)
    _turn: int = 0

    def pick(self, now: float) -> str:
        """The key to use. Where all rest, the one that rests least: the last candidate is never blocked. "" without keys."""
        if not self.keys:
            return ""
        start = self._turn % len(self.keys) if self.strategy == "round-robin" else 0
        in_turn = self.keys[start:] + self.keys[:start]
        key = min(in_turn, key=lambda key: max(0.0, self._until.get(key, 0.0) - now))
        self._turn = self.keys.index(key) + 1
        return key

    def has_fresh(self, now: float, besides: AbstractSet[str]) -> bool:
        """Whether some key other than those does not rest."""
        return any(self._until.get(key, 0.0) <= now for key in self.keys if key not in besides)

    def soonest(self, now: float) -> float:
        """Seconds until some key is fresh again, 0.0 if one is."""
        return max(0.0, min((self._until.get(key, 0.0) for key in self.keys), default=0.0) - now)

    def resting(self, now: float) -> int:
        """How many keys rest."""
        return sum(self._until.get(key, 0.0) > now for key in self.keys)

    def rest(self, key: str, seconds: float, now: float) -> None:
        self._until[key] = max(self._until.get(key, 0.0), now + seconds)

    def worked(self, key: str) -> None:
        self._until.pop(key, None)
