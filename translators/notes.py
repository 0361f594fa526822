"""Notes in the making: what each dialect's encoder uses to say what it changed, cheaply enough to do it for every request.

The same few notes are made for every request of a session, so a note is written out once and then found again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from translators.contract import JsonObject, Note, Target


class Notes:
    """The notes of one request, each once, in the order they were made. Made for one request."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._sources = target.sources
        self._said: list[Note] = []

    def add(self, rule: str, text: str, fields: tuple[str, ...] = (), *values: str | int) -> None:
        """`text` has a `{}` for each of `values`, which are short."""
        self._said.append(_note(rule, text, fields, values))

    def add_caused(self, rule: str, text: str, fields: tuple[str, ...], cause: str, *values: str | int) -> None:
        """`cause` is what to blame, such as `quirks.sampling`; it is told by the configuration's key, if that set it."""
        self._said.append(_note(rule, text, fields, values, self._sources.get(cause, cause)))

    def extend(self, notes: Iterable[Note]) -> None:
        self._said += notes

    def params(self, fields: JsonObject) -> None:
        """What the configuration sets last changes of the body's `fields`."""
        for name, value in self._target.overrides.items():
            if fields.get(name) == value:
                continue
            text = "`{}` was removed" if value is None else "`{}` was set"
            self.add_caused("params", text, (name,), f"params.{name}", name)

    def headers(self) -> None:
        for name in self._target.headers:
            lower = name.lower()
            self.add_caused("headers", "the header `{}` was set", (), f"headers.{lower}", lower)

    def model(self, asked: str) -> None:
        if asked != self._target.model:
            self.add("model.route", "`{}` became `{}`, the model that is asked", ("model",), asked, self._target.model)

    def done(self) -> tuple[Note, ...]:
        return tuple({id(note): note for note in self._said}.values())


@lru_cache(maxsize=2048)
def _note(rule: str, text: str, fields: tuple[str, ...], values: tuple[str | int, ...], cause: str = "") -> Note:
    told = text.format(*(f"{value:,}" if isinstance(value, int) else value for value in values))
    return Note(rule, f"{told} (`{cause}`)" if cause else told, fields, cause)
