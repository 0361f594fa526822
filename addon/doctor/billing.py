"""Who pays: which credential Claude Code shows, and which ones the router."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from addon.client.environment import UNUSED
from addon.client.login import passes_login
from addon.client.overriding import TOKEN
from addon.client.settings_files import settings_files
from addon.doctor.client import settings_env
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, warning

API_KEY, LOGIN_TOKEN = "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"
PLACEHOLDER = "which is the router's placeholder"
_LOGGED_IN = ("oauthAccount", "primaryApiKey")
"""In its ~/.claude.json, by what was seen of 2.1.197: an account, or a key of the Console."""


def billing(context: Context) -> Findings:
    """Which credential Claude Code uses, and which ones the router."""
    key = context.around.env.get(API_KEY)
    if key is not None and not key.strip():
        yield note(f"{API_KEY} is set, but empty", f"${API_KEY}", fix=f"`unset {API_KEY}`")
    elif key:
        yield _charged(context)
    shown = _shown_by_claude(context)
    if shown and PLACEHOLDER in shown and _passes_login(context):
        yield _refused(context, shown)
    elif shown:
        yield ok(f"claude of this shell shows {shown}")
    else:
        yield from _no_login(context)
    paid = _shown_by_router(context)
    yield note("what the router pays with is not known") if paid is None else ok(f"the router pays with {paid}")


def _charged(context: Context) -> Finding:
    """API charges come where a subscription was meant to pay."""
    wanted_by = [text.path for text in context.config.secrets if API_KEY in text.variables]
    what = f"{API_KEY} is set in this shell: a `claude` started from it may be billed by that key, not by your subscription"
    why = "Claude Code takes the key before your login, and `claude -p` never asks"
    code = "`ccr code` hides it from claude"
    if _passes_login(context):
        code = "`ccr code` leaves it, for a route passes your own credential on"
    if wanted_by:
        why += f"; the router itself wants it ({', '.join(wanted_by)})"
        fix = f"give the router's key another name (`CCR_ANTHROPIC_KEY`) here and there; {code}"
    else:
        fix = f"`unset {API_KEY}` and remove it from your shell's start-up file; {code}"
    return warning(what, f"${API_KEY}", why, fix=fix)


def _refused(context: Context, shown: str) -> Finding:
    """A token that was made up for a router with keys of its own, where the client's login must reach the provider."""
    why = "the router passes it on to the provider, which answers with 401"
    if settings_env(context).get(TOKEN):
        return problem(f"claude of this shell shows {shown}", TOKEN, why, fix=f"remove `env.{TOKEN}` from Claude Code's settings")
    fix = f"`unset {TOKEN}`, or `ccr code`, which leaves it out"
    return problem(f"claude of this shell shows {shown}", f"${TOKEN}", why, fix=fix)


def _passes_login(context: Context) -> bool:
    settings = context.config.settings
    return settings is not None and passes_login(settings)


def _shown_by_claude(context: Context) -> str:
    """In the order in which Claude Code takes them; "" where it has none that can be seen."""
    env = context.around.env
    settings = settings_env(context)
    if token := settings.get(TOKEN) or env.get(TOKEN):
        where = "Claude Code's settings" if settings.get(TOKEN) else f"${TOKEN}"
        return f"the token of {where}" + (f", {PLACEHOLDER}" if token == UNUSED else "")
    if settings.get(API_KEY) or env.get(API_KEY):
        return f"the key of {API_KEY} in Claude Code's settings" if settings.get(API_KEY) else f"the key of ${API_KEY}"
    files = settings_files(env, cwd=context.around.cwd)
    if helper := next((file.name for file in files if file.content.get("apiKeyHelper")), ""):
        return f"the key that its `apiKeyHelper` gives ({context.around.short(helper)})"
    if env.get(LOGIN_TOKEN):
        return f"the login of ${LOGIN_TOKEN}"
    file = Path(env.get("CLAUDE_CONFIG_DIR") or context.around.home / ".claude") / ".credentials.json"
    if file.exists():
        return f"its own login ({context.around.short(file)})"
    signs = next((file for file in files if any(file.content.get(sign) for sign in _LOGGED_IN)), None)
    return f"its own login ({context.around.short(signs.name)})" if signs else ""


def _no_login(context: Context) -> Iterator[Finding]:
    """The router has no credential of its own for a route, and the client none to pass on."""
    if _passes_login(context):
        why = "the router passes Claude Code's own login on, which must be there; requests are answered with 401 without it"
        keychain = " (a login in the system's keychain cannot be seen from here)" if sys.platform == "darwin" else ""
        said = note if keychain else warning
        yield said(f"Claude Code has no login{keychain}", why=why, fix="`claude`, then `/login`")


def _shown_by_router(context: Context) -> str | None:
    if context.config.settings is None:
        return None
    shown = []
    for provider in context.config.settings.providers.values():
        texts = [context.config.key_text(provider, key) for key in provider.keys]
        sources = ", ".join(dict.fromkeys(text.source for text in texts if text))
        shown.append(f"{provider.name}: {"claude's own login" if provider.auth == 'client' else sources or 'no key'}")
    return "; ".join(shown)
