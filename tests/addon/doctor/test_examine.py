from __future__ import annotations

import pytest

from addon.doctor import examine
from addon.doctor.checks import CHECKS, Check
from addon.doctor.context import Context
from addon.doctor.examine import UnknownCheck, chosen
from addon.doctor.finding import Findings, note, ok, problem
from addon.doctor.gather import Wishes, gather
from tests.addon.doctor.place import KEY, Place, only, said


def context(place: Place) -> Context:
    from addon.doctor.context import Surroundings

    return gather(Surroundings(place.env, place.work, place.home), Wishes(live=False))


def broken(_: Context) -> Findings:
    yield note("this much was seen")
    raise RuntimeError("out of luck")


def test_a_check_that_fails_is_a_warning_that_keeps_what_it_had_found_and_the_others_go_on(place: Place) -> None:
    checks = [Check("Group", "broken", broken), Check("Group", "fine", lambda _: [ok("fine")])]
    seen, failed, fine = examine.examine(context(place), checks)
    assert (seen.what, fine.what) == ("this much was seen", "fine")
    assert (failed.level, failed.check, failed.what) == ("warning", "broken", "this check could not be made to its end")
    assert failed.why == "RuntimeError: out of luck"


def test_whatever_a_check_says_no_key_is_shown(place: Place) -> None:
    place.env |= {"ACME_API_KEY": KEY, "SOME_TOKEN": "t0ken-of-somebody"}
    place.config({"providers": [{"name": "a", "base_url": "https://a.example", "api_key": "plain-key-without-a-shape"}]})
    words = f"{KEY} t0ken-of-somebody plain-key-without-a-shape sk-any-other-key-0001"
    check = Check("Group", "talks", lambda _: [problem(words, words, words, fix=words)])
    told = said(only(examine.examine(context(place), [check])))
    assert told.replace("***", "").strip() == ""


def test_a_configuration_in_the_way_of_a_check_is_told_with_it(place: Place) -> None:
    place.config("{")
    config, keys = place.look("keys", offline=True)
    assert (config.check, config.level) == ("config", "problem")
    assert (keys.check, keys.level) == ("keys", "note")
    only(place.look("permissions", offline=True))


def test_checks_are_chosen_by_name_and_misspelt_ones_are_corrected() -> None:
    assert [check.name for check in chosen(["clock", "keys"])] == ["clock", "keys"]
    assert chosen([]) == list(CHECKS)
    with pytest.raises(UnknownCheck, match="`clok` is no check; hint: did you mean `clock`"):
        chosen(["clok"])


def test_every_check_has_a_name_of_its_own() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
