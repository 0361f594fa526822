"""The whole contract of this package on one page.

A `Dialect` encodes the client's request for one provider and reads that provider's answer as `events`. It keeps no state:
whatever one answer needs to be read lives in the `Reader` made for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from translators.errors import Fault
from translators.events import Event
from translators.quirks import Quirks
from translators.sse import Frame

type JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A Messages request as the client sent it. Never changed: a second attempt encodes it again.

    `raw` is the body's bytes, `body` the same parsed, `headers` has lower-case names and no credential.
    """

    raw: bytes
    body: JsonObject
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider, with all that encoding for it needs to know.

    `overrides` are body fields the configuration sets last; a value of None removes the field.
    `context_window` and `max_output` are in tokens, None where unknown. `headers` are added by the configuration. `sources` has
    the configuration's key by what it sets (`quirks.sampling`, `params.top_k`, `headers.x-team`, `max_output`), for notes;
    what is not there was set by the tables of this package.
    """

    provider: str
    model: str
    base_url: str
    quirks: Quirks = field(default_factory=Quirks)
    context_window: int | None = None
    max_output: int | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.provider},{self.model}"


@dataclass(frozen=True, slots=True)
class Note:
    """What a translation changed or dropped. `rule` is a stable word such as `system.billing`; `text` is for people.

    `fields` are the top-level fields that therefore differ, of the client's body or of the provider's. `cause` is the
    configuration's key that demanded it, such as `providers.acme.params.top_k`, or a quirk of the tables, such as
    `quirks.top_k`; "" where the protocols themselves do. It is told in `text` too.
    """

    rule: str
    text: str
    fields: tuple[str, ...] = ()
    cause: str = ""

    def as_json(self) -> JsonObject:
        return {"rule": self.rule, "text": self.text, "fields": list(self.fields), "cause": self.cause}


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What goes to the provider. Holds no credential: the host adds it at send time.

    `tool_names` maps the names sent to the names the client knows, for those that differ.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    streams: bool
    tool_names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the answer to the client must carry.

    `message_id` is `msg_…`; `model` is the one the client asked for; `input_estimate` is in tokens. `repeats`: the client asks
    again for an answer that breaks off, but only while its first block is not complete. `blocks_given`: an earlier attempt
    failed after it had given the client that many blocks of thinking; this one goes on from there.
    """

    message_id: str
    model: str
    streams: bool
    input_estimate: int
    repeats: bool = False
    blocks_given: int = 0


class Reader(Protocol):
    """Reads one streamed answer. Made for one answer, used once."""

    def read(self, frame: Frame) -> Iterator[Event]: ...

    def close(self) -> Iterator[Event]:
        """End of input: yields `Finished` or `Failed` unless one was yielded before."""
        ...


class Encoder(Protocol):
    """The request's side of a protocol, and what its error answers mean."""

    name: str

    def encode(self, request: Request, target: Target) -> WireRequest:
        """Raises `translators.errors.BadRequest` for content it cannot carry; changes nothing it is given."""
        ...

    def fault(
        self, status: int, headers: Mapping[str, str], body: bytes, target: Target, *, estimate: int | None = None
    ) -> Fault:
        """What an error answer means, in the client's terms. `estimate` is ours of the request's input, in tokens."""
        ...


class Dialect(Encoder, Protocol):
    """A protocol that is translated."""

    def reader(self, target: Target, wire: WireRequest) -> Reader: ...

    def decode(self, body: bytes, target: Target, wire: WireRequest) -> Iterator[Event]:
        """A whole answer. Yields `Failed` for one that is an error or makes no sense; never raises."""
        ...
