"""One model at one provider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """`provider` is the configuration's name for it, `model` the provider's own id."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider},{self.model}"
