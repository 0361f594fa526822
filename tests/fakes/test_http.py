from __future__ import annotations

import asyncio
import http.client
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.fakes.http import Answer, Cut, HttpRequest, Server

ANSWERS: list[Answer] = []


async def handler(request: HttpRequest) -> Answer:
    async def chunks() -> AsyncIterator[bytes]:
        if request.path == "/nothing":
            raise Cut
        yield b"one"
        if request.path == "/hang":
            await asyncio.Event().wait()
        yield b"two"
        if request.path == "/cut":
            raise Cut

    answer = Answer(200, {"content-type": "text/plain"}, request.body if request.path == "/echo" else chunks())
    ANSWERS.append(answer)
    return answer


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    ANSWERS.clear()
    with Server(handler) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        yield connection
        connection.close()


def test_one_connection_serves_many_requests(connection: http.client.HTTPConnection) -> None:
    for body in (b"first", b"second"):
        connection.request("POST", "/echo", body)
        assert connection.getresponse().read() == body
    _wait_until_ended(ANSWERS[1])
    assert [answer.ended for answer in ANSWERS] == ["whole", "whole"]


def test_a_chunked_request_is_read(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/echo", iter([b"ab", b"cd"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().read() == b"abcd"


def test_an_iterator_is_sent_in_chunks_and_the_connection_lives_on(connection: http.client.HTTPConnection) -> None:
    for _ in range(2):
        connection.request("GET", "/chunks")
        answer = connection.getresponse()
        assert answer.getheader("transfer-encoding") == "chunked"
        assert answer.read() == b"onetwo"


def test_a_cut_breaks_the_body_off(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/cut")
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    _wait_until_ended(ANSWERS[0])
    assert ANSWERS[0].ended == "cut"


def test_a_cut_before_anything_gives_no_answer_at_all(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/nothing")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()


def test_a_client_that_goes_away_is_noticed_at_once(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/hang")
    answer = connection.getresponse()
    assert answer.read(3) == b"one"
    answer.close()
    connection.close()
    _wait_until_ended(ANSWERS[0])
    assert ANSWERS[0].ended == "client gone"


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Server(handler, port=taken.getsockname()[1]).start()


def _wait_until_ended(answer: Answer) -> None:
    deadline = time.monotonic() + 5
    while not answer.ended and time.monotonic() < deadline:
        time.sleep(0.01)
