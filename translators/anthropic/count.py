"""How many tokens an answer took: the provider's count, or an estimate where it gave none."""

from __future__ import annotations

from dataclasses import replace

from translators.events import Usage
from translators.tokens import estimate_text

_FOLD_AT = 4096  # characters


class Count:
    """Made for one answer. Keeps no more of its text than `_FOLD_AT` characters and one piece."""

    def __init__(self, input_estimate: int) -> None:
        self._input_estimate = max(input_estimate, 1)
        self._told = Usage()
        self._output_estimate = 0
        self._pieces: list[str] = []
        self._size = 0

    def learn(self, usage: Usage | None) -> None:
        """The provider's own count; the latest stands."""
        self._told = usage or self._told

    def add(self, text: str) -> None:
        """Something that the model said."""
        self._pieces.append(text)
        self._size += len(text)
        if self._size >= _FOLD_AT:
            self._fold()

    def usage(self, at_least: int = 0) -> tuple[Usage, bool]:
        """Input and output filled in, and whether by estimate. A count of 0 for what was said is no count."""
        self._fold()
        said = max(self._output_estimate, at_least)
        estimated = self._told.input is None or (not self._told.output and said > 0)
        told_input = self._input_estimate if self._told.input is None else self._told.input
        return replace(self._told, input=told_input, output=self._told.output or said), estimated

    def _fold(self) -> None:
        if self._pieces:
            self._output_estimate += estimate_text("".join(self._pieces))
            self._pieces.clear()
            self._size = 0
