"""What images and PDF documents cost in tokens, read from the first bytes of their base64."""

from __future__ import annotations

import re
from base64 import b64decode
from math import ceil

# Anthropic's vision guide: tokens = width x height / 750, after an image whose longer edge is over 1568 px, or which would
# cost more than about 1,600 tokens, was scaled down. https://docs.anthropic.com/en/docs/build-with-claude/vision
PIXELS_PER_TOKEN = 750
LONGEST_EDGE = 1568
MOST_IMAGE_TOKENS = 1600

# Anthropic's PDF guide: a page is read as text and as an image; three pages come to about 7,000 tokens.
# https://docs.anthropic.com/en/docs/build-with-claude/pdf-support
PDF_PAGE_TOKENS = 2300
# Where the pages cannot be counted (they may be in compressed object streams): a page of text and figures in bytes.
PDF_PAGE_BYTES = 50_000
# How much of a file is looked at. A JPEG's size stands behind its metadata; PDF pages are counted in this part and scaled.
_HEAD_BYTES = 48
_JPEG_BYTES = 192 * 1024
_PDF_BYTES = 768 * 1024

_PDF_PAGE = re.compile(rb"/Type\s*/Page\b")
# Start-of-frame markers C0-CF but for C4, C8 and CC: T.81, table B.1.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_tokens(data: str) -> int:
    """Tokens of a base64 image; the most an image can cost if its size cannot be read."""
    size = image_size(data)
    if size is None:
        return MOST_IMAGE_TOKENS
    width, height = size
    scale = min(1.0, LONGEST_EDGE / max(width, height))
    return min(ceil(width * height * scale * scale / PIXELS_PER_TOKEN), MOST_IMAGE_TOKENS)


def image_size(data: str) -> tuple[int, int] | None:
    """Width and height in pixels of a base64 PNG, JPEG, GIF or WebP; None for anything else."""
    head = _decode(data, _HEAD_BYTES)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        size = _pair(head[16:24], 4, "big")
    elif head.startswith((b"GIF87a", b"GIF89a")):
        size = _pair(head[6:10], 2, "little")
    elif head.startswith(b"\xff\xd8"):
        size = _jpeg_size(_decode(data, _JPEG_BYTES))
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        size = _webp_size(head)
    else:
        size = None
    return size if size is not None and min(size) > 0 else None


def pdf_tokens(data: str) -> int:
    """Tokens of a base64 PDF by its pages; those of one page if it is not here to be looked at."""
    length = len(data) * 3 // 4
    pages = len(_PDF_PAGE.findall(_decode(data, _PDF_BYTES)))
    pages = ceil(pages * max(1.0, length / _PDF_BYTES)) if pages else ceil(length / PDF_PAGE_BYTES)
    return PDF_PAGE_TOKENS * max(pages, 1)


def _decode(data: str, size: int) -> bytes:
    """The first `size` bytes; b"" for what is not base64. `size` is a multiple of 3."""
    head = data[: size // 3 * 4]
    try:
        return b64decode(head + "=" * (-len(head) % 4))
    except ValueError:
        return b""


def _pair(data: bytes, width: int, order: str) -> tuple[int, int] | None:
    if len(data) < 2 * width:
        return None
    if order == "big":
        return int.from_bytes(data[:width], "big"), int.from_bytes(data[width:], "big")
    return int.from_bytes(data[:width], "little"), int.from_bytes(data[width:], "little")


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _JPEG_FRAMES:
            size = _pair(data[at + 5 : at + 9], 2, "big")
            return size[::-1] if size else None
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """The three WebP kinds: lossy, lossless and extended (RFC 9649, sections 2.5 to 2.7)."""
    match head[12:16]:
        case b"VP8 ":
            size = _pair(head[26:30], 2, "little")
            return (size[0] & 0x3FFF, size[1] & 0x3FFF) if size else None
        case b"VP8L" if len(head) >= 25:
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            size = _pair(head[24:30], 3, "little")
            return (size[0] + 1, size[1] + 1) if size else None
        case _:
            return None
