from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from translators.encoding import decoder
from translators.errors import BadAnswer

TEXT = b"data: " + bytes(range(256)) * 40 + b"\n\n"


def raw_deflate(data: bytes) -> bytes:
    inner = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return inner.compress(data) + inner.flush()


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", bytes),
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP ", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.ZstdCompressor().compress),
    ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    ("gzip", lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:])),
    ("zstd", lambda data: zstandard.compress(data[:100]) + zstandard.compress(data[100:])),
]


@pytest.mark.parametrize(("coding", "compress"), CODINGS, ids=[f"{n} {coding}" for n, (coding, _) in enumerate(CODINGS)])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_bytes_are_decoded_as_they_come(coding: str, compress: Callable[[bytes], bytes], size: int) -> None:
    data, inner = compress(TEXT), decoder(coding)
    decoded = b"".join(inner.decode(data[at : at + size]) for at in range(0, len(data), size))
    assert decoded + inner.flush() == TEXT


def test_what_the_provider_flushed_is_out_at_once() -> None:
    compressor, inner = zlib.compressobj(wbits=zlib.MAX_WBITS | 16), decoder("gzip")
    sent = compressor.compress(b"data: a\n\n") + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert inner.decode(sent) == b"data: a\n\n"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_bytes_of_another_kind_are_an_error_naming_the_coding(coding: str) -> None:
    with pytest.raises(BadAnswer, match=coding):
        decoder(coding).decode(b"data: plain text" * 10)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_coding_that_is_cut_off_is_an_error(coding: str) -> None:
    compress = dict(CODINGS)[coding]
    inner = decoder(coding)
    inner.decode(compress(TEXT)[:-8])
    with pytest.raises(BadAnswer, match="ends in the middle"):
        inner.flush()


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip, zstd"])
def test_an_answer_without_a_body_is_no_error(coding: str) -> None:
    inner = decoder(coding)
    assert inner.decode(b"") + inner.flush() == b""


def test_an_unknown_coding_is_an_error_naming_it() -> None:
    with pytest.raises(BadAnswer, match="`snappy`"):
        decoder("gzip, snappy")
