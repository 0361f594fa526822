"""Content codings of answers that come compressed although `identity` was asked for, undone as the bytes come."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from translators.errors import BadAnswer


class Decoder(Protocol):
    """Made for one answer. Both methods raise `BadAnswer` for bytes that are not of the coding."""

    def decode(self, data: bytes) -> bytes: ...

    def flush(self) -> bytes:
        """End of input: what was held back. An answer cut in the middle of its coding is a `BadAnswer`."""
        ...


def decoder(content_encoding: str) -> Decoder:
    """The decoder for a `content-encoding` header, "" included. An unknown coding is a `BadAnswer`."""
    codings = [name for name in (part.strip().lower() for part in content_encoding.split(",")) if name and name != "identity"]
    unknown = [name for name in codings if name not in _CODINGS]
    if unknown:
        raise BadAnswer(f"the answer's content-encoding `{unknown[0]}` is not known")
    # The header lists the codings in the order they were put on.
    return _Chain([_CODINGS[name]() for name in reversed(codings)])


class _Chain:
    def __init__(self, decoders: list[Decoder]) -> None:
        self._decoders = decoders

    def decode(self, data: bytes) -> bytes:
        for inner in self._decoders:
            data = inner.decode(data)
        return data

    def flush(self) -> bytes:
        rest = b""
        for inner in self._decoders:
            rest = (inner.decode(rest) if rest else b"") + inner.flush()
        return rest


class _Inner(Protocol):
    """What zlib's and zstandard's decompression objects have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Members:
    """A coding whose bytes may be several complete streams one after another: gzip members, zstd frames."""

    def __init__(self, coding: str, begin: Callable[[int], _Inner]) -> None:
        self._coding = coding
        self._begin = begin  # makes the object for one member, given its first byte
        self._inner: _Inner | None = None

    def decode(self, data: bytes) -> bytes:
        pieces: list[bytes] = []
        while data:
            if self._inner is None or self._inner.eof:
                self._inner = self._begin(data[0])
            try:
                pieces.append(self._inner.decompress(data))
            except (zlib.error, zstandard.ZstdError) as error:
                raise BadAnswer(f"the answer is not {self._coding}: {error}") from error
            data = self._inner.unused_data
        return b"".join(pieces)

    def flush(self) -> bytes:
        if self._inner is not None and not self._inner.eof:
            raise BadAnswer(f"the answer ends in the middle of its {self._coding} coding")
        return b""


def _gzip(_first: int) -> _Inner:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _deflate(first: int) -> _Inner:
    """With the zlib header or, as some servers send it, without: RFC 1950 has 8 in the header's low four bits."""
    return zlib.decompressobj(zlib.MAX_WBITS if first & 0x0F == 8 else -zlib.MAX_WBITS)


def _zstd(_first: int) -> _Inner:
    return zstandard.ZstdDecompressor().decompressobj()


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._begun = False

    def decode(self, data: bytes) -> bytes:
        self._begun = self._begun or bool(data)
        try:
            decoded: bytes = self._inner.process(data)
        except brotli.error as error:
            raise BadAnswer(f"the answer is not br: {error}") from error
        return decoded

    def flush(self) -> bytes:
        if self._begun and not self._inner.is_finished():
            raise BadAnswer("the answer ends in the middle of its br coding")
        return b""


_CODINGS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: _Members("gzip", _gzip),
    "x-gzip": lambda: _Members("gzip", _gzip),
    "deflate": lambda: _Members("deflate", _deflate),
    "br": _Brotli,
    "zstd": lambda: _Members("zstd", _zstd),
}
