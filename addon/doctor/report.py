"""The findings as people read them: by topic, what is wrong last, each with its fix. Nothing depends on colour."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from addon.doctor.checks import CHECKS
from addon.doctor.finding import LEVELS, Finding, Level, counted

type Marks = Mapping[str, str]

MARKS: Marks = {"ok": "✓", "note": "·", "warning": "!", "problem": "✗", "fix": "→"}
PLAIN_MARKS: Marks = {"ok": "+", "note": "-", "warning": "!", "problem": "x", "fix": "->"}
"""For outputs that cannot show the others."""
STYLES: dict[Level, str] = {"ok": "green", "note": "dim", "warning": "yellow", "problem": "bold red"}
WIDEST = 100

_GROUPS = {check.name: check.group for check in CHECKS}


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps([finding.as_json() for finding in findings], indent=2)


def show(findings: Sequence[Finding], console: Console, *, only_wrong: bool = False) -> None:
    """All of them, or only what is wrong, then one line that counts them."""
    width = min(console.width, WIDEST)
    marks = MARKS if _can_show(console, "✓✗→·") else PLAIN_MARKS
    good = [] if only_wrong else [finding for finding in findings if not finding.is_wrong]
    for group, members in groupby(good, key=lambda finding: _GROUPS.get(finding.check, "")):
        console.print(Text(group, style="bold"))
        for finding in members:
            console.print(_line(finding, marks, width), end="", soft_wrap=True)
    wrong = sorted((finding for finding in findings if finding.is_wrong), key=lambda finding: LEVELS.index(finding.level))
    for finding in wrong:
        console.print()
        console.print(_explained(finding, marks, width), end="", soft_wrap=True)
    console.print()
    console.print(summary(findings), style=STYLES["problem" if wrong else "ok"], highlight=False)


def summary(findings: Sequence[Finding]) -> str:
    """`2 problems, 1 warning, 3 notes, 14 ok`"""
    count = counted(findings)
    words = [
        f"{count[level]} {level}{'' if count[level] == 1 else 's'}" for level in ("problem", "warning", "note") if count[level]
    ]
    return ", ".join([*words, f"{count['ok']} ok"]) + (
        "" if any(finding.is_wrong for finding in findings) else ": nothing is wrong"
    )


def _line(finding: Finding, marks: Marks, width: int) -> Text:
    """What is good, and what is only worth knowing, in one paragraph."""
    text = finding.what
    if finding.why:
        text += f"; {finding.why}"
    if finding.fix:
        text += f" {marks['fix']} {finding.fix}"
    return _paragraph(f"  {marks[finding.level]} {finding.level:4} ", STYLES[finding.level], text, width)


def _explained(finding: Finding, marks: Marks, width: int) -> Text:
    head = f"{marks[finding.level]} {finding.level} "
    text = _paragraph(head, STYLES[finding.level], f"{finding.check}: {finding.what}", width, style="bold")
    for name in ("where", "why", "fix"):
        if said := getattr(finding, name):
            text.append_text(_paragraph(f"{name + ': ':>9}", "dim", said, width, style="cyan" if name == "fix" else ""))
    return text


def _paragraph(head: str, head_style: str, text: str, width: int, *, style: str = "") -> Text:
    """Wrapped below its head. Words are never broken: a command or a path can be copied whole."""
    lines = wrap(" ".join(text.split()), width - len(head), break_long_words=False, break_on_hyphens=False) or [""]
    done = Text()
    for number, line in enumerate(lines):
        done.append(head if not number else " " * len(head), head_style).append(f"{line}\n", style)
    return done


def _can_show(console: Console, text: str) -> bool:
    try:
        text.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
