from __future__ import annotations

from addon.doctor.finding import Finding, Fix
from addon.doctor.repair import repair


def failing() -> str:
    raise PermissionError("not yours")


def finding(name: str, fix: Fix | None) -> Finding:
    return Finding("problem", name, safe_fix=fix)


def test_each_fix_is_asked_for_and_only_those_agreed_to_are_made() -> None:
    done: list[str] = []
    asked: list[str] = []
    told: list[str] = []

    def fix(name: str) -> Fix:
        def mend() -> str:
            done.append(name)
            return f"{name} is mended"

        return Fix(f"mend {name}", mend)

    def agrees(question: str) -> bool:
        asked.append(question)
        return "three" in question

    counts = repair([finding("one", fix("one")), finding("two", None), finding("three", fix("three"))], agrees, told.append)
    assert (done, told, counts) == (["three"], ["three is mended"], (1, 0))
    assert asked == ["one\nShall I mend one?", "three\nShall I mend three?"]


def test_one_that_cannot_be_made_is_told_and_the_next_is_asked_for() -> None:
    told: list[str] = []
    findings = [finding("one", Fix("mend", failing)), finding("two", Fix("mend", lambda: "mended"))]
    assert repair(findings, lambda _: True, told.append) == (1, 1)
    assert told == ["this could not be done: not yours", "mended"]
