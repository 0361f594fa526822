"""What a check found: said so that it can be put right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from translators.redact import redact

type Level = Literal["ok", "note", "warning", "problem"]

LEVELS: tuple[Level, ...] = ("ok", "note", "warning", "problem")
"""From good to bad. `note`: worth knowing, nothing is wrong, or something could not be looked at and it says so."""

WRONG: frozenset[Level] = frozenset({"warning", "problem"})
"""The levels at which the program ends with status 1."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that loses nothing and can be undone. `does` completes the question "Shall I …?"; `apply` says what it did.

    `apply` raises OSError or ValueError where it cannot be done.
    """

    does: str
    apply: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is one line; `where` a file, variable or address; `why` what comes of it; `fix` what to do, commands in backticks.

    `check` is filled in by whoever runs the check.
    """

    level: Level
    what: str
    where: str = ""
    why: str = ""
    fix: str = ""
    safe_fix: Fix | None = None
    check: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.level in WRONG

    def as_json(self) -> dict[str, Any]:
        texts = {name: getattr(self, name) for name in ("check", "level", "what", "where", "why", "fix")}
        return texts | {"safe_fix": self.safe_fix.does if self.safe_fix else None}


type Findings = Iterable[Finding]


def ok(what: str, where: str = "") -> Finding:
    return Finding("ok", what, where)


def note(what: str, where: str = "", why: str = "", fix: str = "") -> Finding:
    return Finding("note", what, where, why, fix)


def warning(what: str, where: str = "", why: str = "", *, fix: str, safe_fix: Fix | None = None) -> Finding:
    return Finding("warning", what, where, why, fix, safe_fix)


def problem(what: str, where: str = "", why: str = "", *, fix: str, safe_fix: Fix | None = None) -> Finding:
    return Finding("problem", what, where, why, fix, safe_fix)


def unless_wrong(findings: Findings, fine: Finding) -> Iterator[Finding]:
    """The findings, and `fine` if none of them is a warning or a problem."""
    found = list(findings)
    yield from found
    if not any(finding.is_wrong for finding in found):
        yield fine


def counted(findings: Findings) -> Mapping[Level, int]:
    """How many there are of each level."""
    found = [finding.level for finding in findings]
    return {level: found.count(level) for level in LEVELS}


def without_secrets(finding: Finding, secrets: Iterable[str]) -> Finding:
    """The last guard before anything is shown: a provider's words may repeat a key."""
    known = list(secrets)
    return replace(
        finding,
        what=redact(finding.what, known),
        where=redact(finding.where, known),
        why=redact(finding.why, known),
        fix=redact(finding.fix, known),
    )
