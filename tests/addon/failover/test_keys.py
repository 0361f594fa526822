"""Which of several keys is used next, and which rests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from addon.failover.keys import KeyPool

KEYS = ("k1", "k2", "k3")
NOW = 1000.0


def picks(pool: KeyPool, count: int, now: float = NOW) -> list[str]:
    return [pool.pick(now) for _ in range(count)]


def test_keys_are_taken_in_turn() -> None:
    assert picks(KeyPool(KEYS), 5) == ["k1", "k2", "k3", "k1", "k2"]


def test_by_priority_the_first_is_taken_as_long_as_it_does_not_rest() -> None:
    pool = KeyPool(KEYS, "priority")
    assert picks(pool, 2) == ["k1", "k1"]
    pool.rest("k1", 10, NOW)
    assert picks(pool, 2) == ["k2", "k2"]
    assert pool.pick(NOW + 10) == "k1"


def test_a_key_rests_alone() -> None:
    pool = KeyPool(KEYS)
    pool.rest("k2", 10, NOW)
    assert picks(pool, 4) == ["k1", "k3", "k1", "k3"]
    assert pool.pick(NOW + 10) == "k1"
    assert pool.pick(NOW + 10) == "k2"


def test_where_all_rest_the_one_that_rests_least_is_taken() -> None:
    pool = KeyPool(KEYS)
    for key, seconds in zip(KEYS, (30, 10, 20), strict=True):
        pool.rest(key, seconds, NOW)
    assert picks(pool, 2) == ["k2", "k2"]
    assert pool.soonest(NOW) == 10


def test_a_shorter_rest_does_not_end_a_longer_one() -> None:
    pool = KeyPool(("k1",))
    pool.rest("k1", 60, NOW)
    pool.rest("k1", 5, NOW)
    assert pool.soonest(NOW) == 60


def test_a_key_that_worked_does_not_rest_any_more() -> None:
    pool = KeyPool(KEYS, "priority")
    pool.rest("k1", 60, NOW)
    pool.worked("k1")
    assert pool.pick(NOW) == "k1"


def test_a_provider_without_keys_shows_none() -> None:
    pool = KeyPool(())
    assert pool.pick(NOW) == ""
    assert pool.soonest(NOW) == 0
    assert not pool.has_fresh(NOW, besides=set())


def test_a_key_is_fresh_unless_it_rests_or_is_not_to_count() -> None:
    pool = KeyPool(("k1", "k2"))
    assert pool.has_fresh(NOW, besides={"k1"})
    assert not pool.has_fresh(NOW, besides={"k1", "k2"})
    pool.rest("k2", 10, NOW)
    assert not pool.has_fresh(NOW, besides={"k1"})


def test_no_key_is_in_what_is_shown_of_a_pool() -> None:
    pool = KeyPool(KEYS)
    pool.rest("k1", 10, NOW)
    assert "k1" not in repr(pool)


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.floats(0, 100), st.floats(0, 50)), max_size=30), st.booleans())
def test_a_resting_key_is_never_taken_while_another_is_fresh(rests: list[tuple[str, float, float]], by_priority: bool) -> None:
    pool, now = KeyPool(KEYS, "priority" if by_priority else "round-robin"), NOW
    for key, seconds, passed in rests:
        now += passed
        pool.rest(key, seconds, now)
        fresh = {each for each in KEYS if pool.has_fresh(now, besides=set(KEYS) - {each})}
        assert pool.pick(now) in (fresh or set(KEYS))
        assert pool.resting(now) == len(KEYS) - len(fresh)


@given(st.integers(1, 50), st.integers(1, 6))
def test_in_turn_every_key_is_used_equally_often(rounds: int, count: int) -> None:
    keys = tuple(f"k{number}" for number in range(count))
    used = picks(KeyPool(keys), rounds * count)
    assert {used.count(key) for key in keys} == {rounds}
