"""The configuration itself: what keeps the router from using it, and what it warns of."""

from __future__ import annotations

from addon.config.errors import Problem
from addon.doctor.context import Context
from addon.doctor.finding import Findings, note, ok, problem


def config(context: Context) -> Findings:
    """In the words of the router's own start."""
    found = context.config
    elsewhere = [each for each in found.problems if found.settings is not None and _is_told_elsewhere(context, each)]
    for each in (other for other in found.problems if other not in elsewhere):
        place = ":".join(str(part) for part in (context.around.short(found.source), each.line, each.column) if part is not None)
        what = f"{each.key}: {each.what}" if each.key else f"{found.source} {each.what}"
        yield problem(what, place, "the router does not start with it", fix=each.hint or "correct it there")
    if context.mitmproxy.wrong:
        yield problem(
            context.mitmproxy.wrong, str(context.mitmproxy.folder), "mitmproxy does not start", fix="correct or remove it"
        )
    if elsewhere and len(elsewhere) == len(found.problems):
        yield note("the router does not start with the configuration: what else is told here says why")
    for warning in found.settings.warnings if found.settings else ():
        what, _, why = warning.partition(": ") if warning.startswith("keys that have no effect") else (warning, "", "")
        yield note(what, context.around.short(found.source), why)
    if not found.problems:
        where = "no file: everything goes to Anthropic, untouched" if found.path is None else context.around.short(found.path)
        yield ok(f"the configuration can be used ({where})")


def _is_told_elsewhere(context: Context, found: Problem) -> bool:
    """By the checks of keys and of the listener, which know more of it, where they are made too."""
    if "lets other machines in" in found.what:
        return "listener" in context.checks
    unset = "is not set" in found.what or found.what == "is empty"
    return unset and "keys" in context.checks and found.key in {text.path for text in context.config.secrets if text.variables}
