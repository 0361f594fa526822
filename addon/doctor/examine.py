"""Running the checks. A check that fails is itself a finding: it never stops the others, and is never taken for a good sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from addon.config.errors import did_you_mean
from addon.doctor.checks import CHECKS, CONFIG, Check
from addon.doctor.configured import PLACEHOLDER
from addon.doctor.context import Context
from addon.doctor.finding import Finding, note, warning, without_secrets


class UnknownCheck(Exception):
    """The message names the closest ones."""


def chosen(names: Sequence[str]) -> list[Check]:
    """The checks of these names, all if none is given. Raises UnknownCheck."""
    known = [check.name for check in CHECKS]
    for name in names:
        if name not in known:
            raise UnknownCheck(f"`{name}` is no check; hint: {did_you_mean(name, known)}")
    return [check for check in CHECKS if not names or check.name in names]


def examine(context: Context, checks: Sequence[Check]) -> list[Finding]:
    """What they find, in their order, without any credential.

    Where the configuration is in the way of one of them, the check of the configuration tells why, chosen or not.
    """
    secrets = list(_secrets(context))
    if context.config.settings is None and any(check.reads_settings for check in checks) and CONFIG not in checks:
        checks = [CONFIG, *checks]
    context = replace(context, checks=frozenset(check.name for check in checks))
    return [replace(without_secrets(found, secrets), check=check.name) for check in checks for found in _run(check, context)]


def _run(check: Check, context: Context) -> list[Finding]:
    if check.reads_settings and context.config.settings is None:
        return [note(f"{check.name}: not looked at, for nothing can be made of the configuration")]
    found: list[Finding] = []
    try:
        found.extend(check.run(context))
    except Exception as error:  # noqa: BLE001 - whatever it was: it is reported, and the others go on
        why = f"{type(error).__name__}: {error}"
        what = "this check could not be made" + (" to its end" if found else "")
        found.append(warning(what, why=why, fix="correct what else is reported, then try again"))
    return found


def _secrets(context: Context) -> Iterator[str]:
    """Values that must not be shown, whatever a provider or the system says."""
    yield from (text.value for text in context.config.secrets if text.value and text.value != PLACEHOLDER)
    yield from (text.written for text in context.config.secrets if text.is_plain)
    for name, value in context.around.env.items():
        if value and name.upper().endswith(("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")):
            yield value
