"""Each provider's keys: from which variable, set or empty, and what the provider says to them."""

from __future__ import annotations

from collections.abc import Iterator

from addon.config.settings import Provider
from addon.doctor.configured import PLACEHOLDER, KeyText
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, warning
from addon.doctor.live import Asked
from addon.models.keys import KeyTest


def keys(context: Context) -> Findings:
    """One line for each provider, one finding for each key that does not work."""
    yield from _unset(context)
    yield from _left_out(context)
    for provider in context.settings.providers.values():
        yield from _of_provider(context, provider)


def _unset(context: Context) -> Iterator[Finding]:
    """Variables of keys that this shell does not know, or knows as nothing, where the router does not start without them."""
    if not context.config.problems:
        return
    for text in context.config.secrets:
        for variable in text.variables:
            if variable in (*context.config.unset, *context.config.blank) and not _has_default(text, variable):
                state = "not set" if variable in context.config.unset else "set, but empty"
                why = "the router does not start; other routers send what stands there as the key, and the provider says 401"
                fix = f"`export {variable}=…` here and in your shell's start-up file, then `ccr restart`"
                yield problem(
                    f"{text.path}: the variable `{variable}` is {state}", context.around.short(text.place), why, fix=fix
                )


def _has_default(text: KeyText, variable: str) -> bool:
    return f"{{{variable}:-" in text.written


def _left_out(context: Context) -> Iterator[Finding]:
    """Providers with an empty key: set, but to nothing."""
    for name, reason in context.settings.left_out.items():
        texts = context.config.keys.get(name, ())
        variables = [variable for text in texts for variable in text.variables]
        source = f"the variable `{variables[0]}` is set, but empty" if variables else reason
        fix = f"`export {variables[0]}=…`" if variables else f"give `{name}` an `api_key: $NAME`"
        where = context.around.short(texts[0].place) if texts else context.around.short(context.config.source)
        yield warning(f"{name}: left out, for it has no key: {source}", where, "nothing is sent to it", fix=fix)


def _of_provider(context: Context, provider: Provider) -> Iterator[Finding]:
    asked = context.answer_of(provider.name)
    if provider.keys:
        yield from _blank(context, provider)
    if provider.auth == "client":
        yield ok(f"{provider.name}: is shown Claude Code's own login; no key is kept here")
    elif asked is None:
        yield note(f"{provider.name}: {_sources(context, provider)}; not tested (--offline)")
    elif asked.trouble is not None:
        yield note(f"{provider.name}: {_sources(context, provider)}; not tested, for it cannot be reached")
    else:
        for key, test in asked.keys:
            yield _tested(context, asked, key, test)


def _blank(context: Context, provider: Provider) -> Iterator[Finding]:
    """Of several keys those that are set to nothing: the others are used without them."""
    if context.config.problems:  # they are told then as what keeps the router from starting
        return
    for text in context.config.keys.get(provider.name, ()):
        if text.variables and not text.value:
            variable = text.variables[0]
            what = f"{provider.name}: the variable `{variable}` of {text.path} is set, but empty"
            why = "requests go with the other keys alone"
            yield warning(what, context.around.short(text.place), why, fix=f"`export {variable}=…`, then `ccr restart`")


def _tested(context: Context, asked: Asked, key: str, test: KeyTest) -> Finding:
    name, text = asked.provider.name, context.config.key_text(asked.provider, key)
    source = text.source if text else "no key"
    where = context.around.short(text.place if text else context.config.source)
    match test.state:
        case "works":
            return ok(f"{name}: {test.said} ({source})" if key else f"{name}: answers without a key, as configured")
        case "refused" if not key:
            return _keyless(context, name, test.said)
        case "refused":
            return problem(f"{name}: refuses the key from {source}: {test.said}", where, _looks(key), fix=_renewed(text))
        case "no credit":
            why = "every request is refused until there is some"
            return problem(f"{name}: {test.said} ({source})", where, why, fix=test.hint or "add credit at the provider's site")
        case "unreachable":
            return note(f"{name}: {source}; not proved, for the connection failed", why=test.said)
        case _:
            fix = test.hint if context.probe else "`ccr doctor --probe` sends a short request"
            return note(f"{name}: {source}, but not proved: {test.said}", fix=fix)


def _keyless(context: Context, name: str, said: str) -> Finding:
    """A server of this machine or network that wants a key after all."""
    empty = [text for text in context.config.keys.get(name, ()) if set(text.variables) & set(context.config.blank)]
    if empty:
        variable = empty[0].variables[0]
        why = f"the variable `{variable}` is set, but empty"
        return problem(f"{name}: {said}", context.around.short(empty[0].place), why, fix=f"`export {variable}=…`")
    where, fix = context.around.short(context.config.source), f"give `{name}` an `api_key: $NAME`"
    return problem(f"{name}: {said}", where, "it asks for a key, and none is configured", fix=fix)


def _renewed(text: KeyText | None) -> str:
    if text is None or not text.variables:
        return "replace it there by `$NAME`, and export a good one under that name"
    return f"`export {text.variables[0]}=…` with a good one, then `ccr restart`"


def _looks(key: str) -> str:
    """What the eye would miss, without showing any of it."""
    if key[:1] in "\"'" or key[-1:] in "\"'":
        return "the key begins or ends with a quotation mark, which is no part of it"
    return f"the key has {len(key)} characters: is it complete, this provider's, and not revoked?"


def _sources(context: Context, provider: Provider) -> str:
    texts = [context.config.key_text(provider, key) for key in provider.keys if PLACEHOLDER not in key]
    return ", ".join(text.source + (" is set" if text.variables else "") for text in texts if text) or "no key"
