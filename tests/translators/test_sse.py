from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.errors import BadAnswer
from translators.sse import MAX_EVENT, Decoder, Frame


def read(data: bytes, size: int = 0) -> list[Frame]:
    decoder, step = Decoder(), size or max(len(data), 1)
    frames = [frame for at in range(0, len(data), step) for frame in decoder.feed(data[at : at + step])]
    return frames + decoder.close()


CASES: list[tuple[str, bytes, list[Frame]]] = [
    ("one event", b"data: a\n\n", [Frame("", b"a")]),
    ("line feeds", b"data: a\n\ndata: b\n\n", [Frame("", b"a"), Frame("", b"b")]),
    ("carriage returns", b"data: a\r\rdata: b\r\r", [Frame("", b"a"), Frame("", b"b")]),
    ("both", b"data: a\r\n\r\ndata: b\r\n\r\n", [Frame("", b"a"), Frame("", b"b")]),
    ("a mixture", b"data: a\r\n\rdata: b\n\r\n", [Frame("", b"a"), Frame("", b"b")]),
    ("a byte order mark", b"\xef\xbb\xbfdata: a\n\n", [Frame("", b"a")]),
    ("half a byte order mark", b"\xef\xbbdata: a\n\ndata: b\n\n", [Frame("", b"b")]),
    ("nothing but half a mark", b"\xef\xbb", []),
    ("no space", b"data:a\n\n", [Frame("", b"a")]),
    ("two spaces", b"data:  a\n\n", [Frame("", b" a")]),
    ("several lines", b"data: a\ndata: b\ndata\ndata: c\n\n", [Frame("", b"a\nb\n\nc")]),
    ("named", b"event: error\ndata: a\n\ndata: b\n\n", [Frame("error", b"a"), Frame("", b"b")]),
    ("named without data", b"event: ping\n\ndata: b\n\n", [Frame("", b"b")]),
    ("comments and other fields", b": hi\nid: 1\nretry: 5\nfoo: bar\ndata: a\n:\n\n", [Frame("", b"a")]),
    ("blank lines", b"\n\n\ndata: a\n\n\n\n", [Frame("", b"a")]),
    ("empty data", b"data:\n\n", [Frame("", b"")]),
    ("no blank line at the end", b"data: a\n", [Frame("", b"a")]),
    ("no line end at the end", b"data: a", [Frame("", b"a")]),
    ("a name that is not UTF-8", b"event: \xff\ndata: a\n\n", [Frame("\ufffd", b"a")]),
    ("characters of many bytes", "data: né€😀\n\n".encode(), [Frame("", "né€😀".encode())]),
    ("nothing", b"", []),
]


@pytest.mark.parametrize(("data", "frames"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bytes_become_frames_however_they_are_cut(data: bytes, frames: list[Frame]) -> None:
    for size in range(len(data) + 1):
        assert read(data, size) == frames


@given(st.lists(st.sampled_from([b"data: ", b"a", b"\r", b"\n", b"\r\n", b":", b"event: e", b"\xef\xbb\xbf", b" "])), st.data())
def test_cutting_is_invisible(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    decoder = Decoder()
    frames = [
        frame for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True) for frame in decoder.feed(stream[start:end])
    ]
    assert frames + decoder.close() == read(stream)


def test_time_is_linear_in_a_long_event_that_comes_byte_by_byte() -> None:
    def seconds(size: int) -> float:
        decoder, start = Decoder(), time.perf_counter()
        for _ in range(size):
            decoder.feed(b"x")
        return time.perf_counter() - start

    seconds(1000)
    # Quadratic time would be 64 times as long; anything below half of that is noise.
    assert seconds(800_000) < 32 * max(seconds(100_000), 0.001)


def test_the_bound_of_one_event_is_kept_and_what_came_before_is_given_out() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: a\n\ndata: " + b"x" * MAX_EVENT) == [Frame("", b"a")]
    with pytest.raises(BadAnswer, match=str(MAX_EVENT)):
        decoder.feed(b"y")
    with pytest.raises(BadAnswer):
        decoder.close()


def test_the_bound_holds_for_many_lines_too() -> None:
    decoder, line = Decoder(), b"data: " + b"x" * (1024 * 1024) + b"\n"
    for _ in range(16):
        assert decoder.feed(line) == []
    with pytest.raises(BadAnswer):
        decoder.feed(line)
    assert Decoder().feed(line * 18 + b"\ndata: b\n\n") == []


def test_an_event_just_within_the_bound_is_read() -> None:
    data = b"x" * (MAX_EVENT - len(b"data: "))
    assert read(b"data: " + data + b"\n\n" + b"data: b\n\n") == [Frame("", data), Frame("", b"b")]
