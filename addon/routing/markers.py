"""The sentences by which Claude Code tells the model its state. All were read off the client's own requests (2.1.197).

They count only where the client itself writes: in `role: system` messages and, from older clients, in user text blocks
that begin with `<system-reminder>`. The user's own words and tool results may quote them.
"""

from __future__ import annotations

import re
from typing import Final

REMINDER: Final = "<system-reminder>"

# A new statement begins a line, perhaps as a heading or right after the reminder's tag; a quotation stands within one.
_PLAN_STATEMENT: Final = re.compile(
    r"^[ \t#*]*(?:<system-reminder>\s*)?"
    r"(?:(?P<on>Plan mode (?:is|still) active|(?:Re-entering|Entered) Plan Mode)"
    r"|(?P<off>Exited Plan Mode|You have exited plan mode))",
    re.IGNORECASE | re.MULTILINE,
)
_ULTRATHINK: Final = 'keyword "ultrathink"'
_COMPACTION_OPENINGS: Final = ("CRITICAL: Respond with TEXT ONLY", "Your task is to create a detailed summary")
_COMPACTION_ORDER: Final = "create a detailed summary"
# A skill's text arrives as user text beside the tool result, in the middle of a turn.
_SKILL: Final = "Base directory for this skill:"
_BILLING: Final = "x-anthropic-billing-header"
_IDENTITIES: Final = (_BILLING, "You are Claude Code", "You are a Claude agent")


def is_reminder(text: str) -> bool:
    return text.lstrip().startswith(REMINDER)


def is_prompt(text: str) -> bool:
    """Whether this user text is a person's (or a caller's) own, rather than the client's."""
    return bool(text.strip()) and not text.lstrip().startswith((REMINDER, _SKILL))


def plan_statement(text: str) -> bool | None:
    """What the last statement about plan mode in `text` says; None if there is none."""
    if "lan mode" not in text and "lan Mode" not in text:
        return None
    said = None
    for match in _PLAN_STATEMENT.finditer(text):
        said = match["on"] is not None
    return said


def says_ultrathink(text: str) -> bool:
    return _ULTRATHINK in text


def asks_compaction(text: str) -> bool:
    opening = text.lstrip()[:200]
    return opening.startswith(_COMPACTION_OPENINGS) and _COMPACTION_ORDER in text


def is_billing(text: str) -> bool:
    return text.startswith(_BILLING)


def is_identity(text: str) -> bool:
    """Whether a system text is one only Claude Code begins a request with."""
    return text.startswith(_IDENTITIES)
