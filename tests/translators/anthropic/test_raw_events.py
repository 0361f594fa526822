from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.anthropic import raw_events
from translators.anthropic.raw_events import Splitter, data_of, is_error, read_event
from translators.errors import BadAnswer


@given(st.lists(st.sampled_from([b"event: a\n", b"data: {}\r\n", b"\n", b"\r\n", b"\r", b": c\r", b"x"])), st.integers(1, 5))
def test_the_pieces_are_all_that_came_however_it_was_cut(parts: list[bytes], size: int) -> None:
    stream = b"".join(parts)
    splitter = Splitter()
    events = [event for at in range(0, len(stream), size) for event in splitter.feed(stream[at : at + size])]
    assert b"".join(events) + splitter.close() == stream
    assert splitter.close() == b""


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_events_end_at_an_empty_line(end: bytes, size: int) -> None:
    one, two = (b"event: a" + end + b"data: " + data + end * 2 for data in (b'{"a":1}', b'{"b":2}'))
    stream = one + two
    splitter = Splitter()
    events = [event for at in range(0, len(stream), size) for event in splitter.feed(stream[at : at + size])]
    read = [event for event in map(read_event, events) if event is not None]
    rest = read_event(splitter.close())
    assert [*read, *([rest] if rest else [])] == [{"a": 1}, {"b": 2}]


def test_an_event_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_events, "MAX_EVENT", 10)
    splitter = Splitter()
    assert splitter.feed(b"data: {}\n\n" * 3) == [b"data: {}\n\n"] * 3
    assert splitter.feed(b"data: 1234") == []
    with pytest.raises(BadAnswer, match="longer than 10 bytes"):
        splitter.feed(b"5")


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b"data: a\n\n", b"a"),
        (b"data:a\n\n", b"a"),
        (b"\xef\xbb\xbfdata: a\n\n", b"a"),
        (b"event: x\ndata: a\ndata: b\n\n", b"a\nb"),
        (b": comment\n\n", b""),
        (b"database: x\n\n", b""),
        (b"data\n\n", b""),
    ],
)
def test_the_data_of_an_event_is_read(raw: bytes, data: bytes) -> None:
    assert data_of(raw) == data


@pytest.mark.parametrize("raw", [b": ping\n\n", b"event: ping\n\n", b"data: [DONE]\n\n", b"\n\n"])
def test_what_says_nothing_is_no_event(raw: bytes) -> None:
    assert read_event(raw) is None


@pytest.mark.parametrize("raw", [b"data: {\n\n", b"data: 7\n\n", b"data: []\n\n"])
def test_what_is_no_json_object_is_a_bad_answer(raw: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_event(raw)


def test_an_error_is_known_by_its_type_its_line_or_its_field() -> None:
    assert is_error(b"", {"type": "error"})
    assert is_error(b"event: error\ndata: {}\n\n", {"message": "x"})
    assert is_error(b"data: {}\n\n", {"error": "x"})
    assert not is_error(b"event: error_free\ndata: {}\n\n", {"message": "x"})
    assert not is_error(b"event: error\n", {"type": "ping", "error": None})
