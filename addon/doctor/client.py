"""Claude Code of this shell: whether it asks the router at all."""

from __future__ import annotations

from collections.abc import Iterator

from addon import ports
from addon.client.environment import ELSEWHERE, client_environment
from addon.client.login import passes_login
from addon.client.overriding import BASE_URL, TOKEN, overrides
from addon.client.settings_files import settings_files
from addon.doctor.certificates import sent_through_us
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, unless_wrong, warning
from addon.doctor.listening import shell
from addon.service.probe import reachable

_OFF = ("", "0", "false", "no", "off")
_START = '`eval "$(ccr env)"` for this shell, or start it with `ccr code`'


def claude(context: Context) -> Findings:
    """What sends a `claude` of this shell past the router: variables, and Claude Code's own settings."""
    found = [*_overridden(context), *_elsewhere(context), *_direct(context), *_client_key(context)]
    astray = [each for each in shell(context) if each.is_wrong]
    if astray and "shell" in context.checks:
        yield from found or [note("a `claude` of this shell does not ask the router: its ANTHROPIC_BASE_URL says otherwise")]
    else:
        yield from unless_wrong([*found, *astray], ok("a `claude` of this shell asks the router; nothing goes before that"))


def _overridden(context: Context) -> Iterator[Finding]:
    """What goes before the variables that `ccr code` and `ccr env` give."""
    for each in overrides(_given(context), cwd=context.around.cwd):
        what = f"`{each.key}` of Claude Code's settings is {each.value}"
        fix = f"{each.hint} (Claude Code's own files are never changed from here)"
        yield problem(what, context.around.short(each.file), each.effect, fix=fix)


def _given(context: Context) -> dict[str, str]:
    """The environment of a client that `ccr code` starts."""
    settings = context.config.settings
    url = f"http://{ports.shown(reachable(context.running.host), context.running.port)}"
    key = settings.client_keys[0] if settings and settings.client_keys else ""
    return client_environment(url, key, context.around.env, own_login=settings is None or passes_login(settings))


def _elsewhere(context: Context) -> Iterator[Finding]:
    for name in ELSEWHERE:
        if context.around.env.get(name, "").lower() not in _OFF:
            why = "Claude Code then asks that service, whatever ANTHROPIC_BASE_URL says"
            yield problem(
                f"claude goes elsewhere: {name} is set", f"${name}", why, fix=f"`unset {name}`, or start it with `ccr code`"
            )


def _direct(context: Context) -> Iterator[Finding]:
    settings = settings_env(context)
    if context.around.env.get(BASE_URL) or settings.get(BASE_URL) or sent_through_us(context):
        return
    why = f"{BASE_URL} is set neither in this shell nor in Claude Code's settings"
    yield warning("a `claude` started from this shell goes straight to Anthropic", f"${BASE_URL}", why, fix=_START)


def settings_env(context: Context) -> dict[str, str]:
    """The variables of Claude Code's settings, the strongest file's."""
    files = settings_files(context.around.env, cwd=context.around.cwd)
    return {name: value for file in files for name, value in file.env.items()}


def _client_key(context: Context) -> Iterator[Finding]:
    """The router asks for a key, and this shell has none or another one."""
    settings = context.config.settings
    if settings is None or not settings.client_keys or not context.around.env.get(BASE_URL):
        return
    if context.around.env.get(TOKEN, "") not in settings.client_keys:
        state = "is another one" if context.around.env.get(TOKEN) else "is not set"
        what = f"the router asks for a client key, and {TOKEN} {state}"
        yield problem(what, f"${TOKEN}", "every request is answered with 401", fix=_START)
