"""What an exchange leaves for the host to read: plain data, filled in as the answer goes by."""

from __future__ import annotations

from dataclasses import dataclass, field

from translators.contract import Note
from translators.errors import Fault
from translators.events import Usage


@dataclass(slots=True)
class CallRecord:
    """One tool call. `arguments` is JSON text as the provider sent it, `input` is JSON text as the client got it."""

    id: str
    name: str
    arguments: str = ""
    input: str = ""
    repaired: bool = False


@dataclass(slots=True)
class Outcome:
    """How one answer went.

    `began`: something was given to the client. `answered`: more than thinking was, so it is too late for another candidate;
    `fault` without it: another may be tried. `blocks` of thinking were given whole. `finished`: the client was given a
    well-formed end. `empty`: the provider finished without saying anything. `usage` has input and output filled in at the end,
    by estimate if `usage_estimated`. `stop_reason` is the client's word, `upstream_reason` and `model` are the provider's.
    """

    fault: Fault | None = None
    began: bool = False
    finished: bool = False
    empty: bool = False
    usage: Usage = field(default_factory=Usage)
    usage_estimated: bool = False
    stop_reason: str = ""
    upstream_reason: str = ""
    model: str = ""
    thoughts_only: bool = False
    blocks: int = 0
    calls: list[CallRecord] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        return self.began and not self.thoughts_only
