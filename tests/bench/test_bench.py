"""The benchmarks run; how fast is for people to read, not for a test to judge."""

from __future__ import annotations

import pytest

from tests.bench import failover, replay
from tests.bench.chunks import microseconds, pieces
from tests.bench.overhead import measure, report, set_up


def test_the_overhead_is_measured_on_all_three_ways() -> None:
    with set_up(chunks=3) as ways:
        measure(ways, requests=3, warm_up=1)
        assert {len(way.total) for way in ways} == {3}
        assert report(ways).row_count == 3


def test_the_cost_of_failover_is_measured_on_all_three_ways() -> None:
    with failover.set_up(chunks=3) as ways:
        failover.measure(ways, requests=5, warm_up=1)
        assert {len(way.total) for way in ways} == {5}
        assert failover.report(ways).row_count == 3


@pytest.mark.parametrize("kind", ["text", "thoughts", "arguments"])
def test_every_kind_of_piece_passes_the_translator(kind: str) -> None:
    assert microseconds(pieces(10, kind)) > 0


def test_the_overhead_of_a_replay_is_measured() -> None:
    found = replay.measure(requests=4, concurrency=2, seconds=0.05)
    assert (found.requests, found.providers) == (4, 0.1)
    assert found.measured >= found.providers
    assert replay.report(found).row_count == 1
