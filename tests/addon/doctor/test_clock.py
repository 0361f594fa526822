from __future__ import annotations

import pytest

from tests.addon.doctor.place import KEY, Place, one_provider, only
from tests.addon.doctor.provider import Provider


@pytest.mark.parametrize("skew", [0, 200, -200])
def test_a_clock_within_five_minutes_is_fine(place: Place, provider: Provider, skew: float) -> None:
    provider.skew = skew
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    only(place.look("clock"), "ok")


@pytest.mark.parametrize(("skew", "told"), [(-1800, "30 minutes ahead"), (7200, "2.0 hours behind"), (-864000, "10 days ahead")])
def test_a_clock_that_is_off_is_a_problem(place: Place, provider: Provider, skew: float, told: str) -> None:
    provider.skew = skew
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider(provider.url))
    found = only(place.wrong("clock"), "problem")
    assert told in found.what
    assert "timedatectl" in found.fix


def test_a_refusal_tells_the_time_too(place: Place, provider: Provider) -> None:
    provider.skew = -1800
    place.env["ACME_API_KEY"] = "sk-wrong-altogether"
    place.config(one_provider(provider.url))
    only(place.wrong("clock"), "problem")


def test_without_any_answer_nothing_is_claimed(place: Place) -> None:
    place.env["ACME_API_KEY"] = KEY
    place.config(one_provider("http://127.0.0.1:9/v1"))
    only(place.look("clock"), "note")
