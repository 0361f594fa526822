from __future__ import annotations

import struct
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.media_tokens import MOST_IMAGE_TOKENS, PDF_PAGE_TOKENS, image_size, image_tokens, pdf_tokens


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(100)


def jpeg(width: int, height: int, before: bytes = b"") -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + bytes(12)
    return b"\xff\xd8" + b"\xff\xe0\x00\x10" + bytes(14) + before + frame


def webp(kind: bytes, rest: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + rest


SIZED = {
    "png": png(640, 480),
    "gif87": b"GIF87a" + struct.pack("<HH", 640, 480) + bytes(20),
    "gif89": b"GIF89a" + struct.pack("<HH", 640, 480) + bytes(20),
    "jpeg": jpeg(640, 480),
    "jpeg with metadata": jpeg(640, 480, b"\xff\xe1\xff\xf0" + bytes(0xFFF0 - 2)),
    "jpeg with fill bytes and tables": jpeg(640, 480, b"\xff\xff\xc4\x00\x04\0\0"),
    "webp lossy": webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480 | 0x4000)),
    "webp lossless": webp(b"VP8L", b"\x2f" + (639 | 479 << 14).to_bytes(4, "little")),
    "webp extended": webp(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")),
}


@pytest.mark.parametrize("name", SIZED)
def test_the_size_is_read_from_the_first_bytes(name: str) -> None:
    assert image_size(b64(SIZED[name])) == (640, 480)
    assert image_tokens(b64(SIZED[name])) == 410  # 640 x 480 / 750, rounded up


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BM" + bytes(50),
        png(0, 10),
        png(1, 1)[:18],
        b"GIF89a\x01",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + bytes(40),
        jpeg(1, 1)[:25],
        webp(b"VP8 ", b""),
        webp(b"VP8L", b""),
        webp(b"VP8X", b""),
        webp(b"ALPH", bytes(30)),
    ],
)
def test_a_size_that_cannot_be_read_costs_the_most(data: bytes) -> None:
    assert image_size(b64(data)) is None
    assert image_tokens(b64(data)) == MOST_IMAGE_TOKENS


def test_what_is_no_base64_has_no_size() -> None:
    assert image_size("!") is None
    assert image_size("é" * 80) is None


@pytest.mark.parametrize(
    ("size", "tokens"),
    [((32, 32), 2), ((1000, 1000), 1334), ((1092, 1092), 1590), ((4000, 4000), 1600), ((3136, 100), 105), ((1, 1), 1)],
)
def test_a_large_image_is_counted_after_scaling_down(size: tuple[int, int], tokens: int) -> None:
    assert image_tokens(b64(png(*size))) == tokens


def test_pages_of_a_pdf_are_counted() -> None:
    assert pdf_tokens(b64(b"/Type /Pages" + b"/Type /Page " * 3)) == 3 * PDF_PAGE_TOKENS


def test_pages_beyond_what_is_looked_at_are_counted_by_size() -> None:
    tokens = pdf_tokens(b64((b"/Type /Page " + bytes(9_990)) * 200))
    assert tokens == pytest.approx(200 * PDF_PAGE_TOKENS, rel=0.05)


def test_pages_that_cannot_be_seen_are_guessed_from_the_size() -> None:
    assert pdf_tokens(b64(bytes(199_998))) == 4 * PDF_PAGE_TOKENS
    assert pdf_tokens("") == PDF_PAGE_TOKENS


@given(st.text() | st.binary().map(b64))
def test_reading_a_size_never_raises(data: str) -> None:
    assert 0 < image_tokens(data) <= MOST_IMAGE_TOKENS
    assert pdf_tokens(data) >= PDF_PAGE_TOKENS
