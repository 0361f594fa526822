"""The two programs: `ccr` and `claude`, where a shell finds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import which

from addon.client.claude import INSTALL, VARIABLE, NoClaude, find_claude
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, ok, problem, warning

_HEAD = 256
_BRIEF = "a shell finds programs in the folders that $PATH names"


def programs(context: Context) -> Findings:
    """Whether this shell finds them, and whether they are the ones that are meant."""
    yield from _ccr(context)
    yield _claude(context)


def _ccr(context: Context) -> Iterator[Finding]:
    found = which("ccr", path=context.around.env.get("PATH", ""))
    own = context.around.program
    if found is None:
        folder = own.parent if own.is_absolute() and own.exists() else context.around.home / ".local" / "bin"
        fix = f'`export PATH="{folder}:$PATH"` here and in your shell\'s start-up file'
        yield problem("`ccr` is not on the PATH", "$PATH", _BRIEF, fix=fix)
    elif _is_node(Path(found)):
        why = "commands that you type as `ccr …` are that program's, which reads the same configuration and takes the same port"
        fix = f"uninstall it (`npm uninstall -g @musistudio/claude-code-router`), or put {own.parent} before it in $PATH"
        yield warning(f"the `ccr` on the PATH is another program, for Node: {found}", "$PATH", why, fix=fix)
    else:
        yield ok(f"ccr: {context.around.short(found)}")


def _is_node(program: Path) -> bool:
    """Claude Code Router has the same name. Its launcher is a script of Node's."""
    try:
        with program.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return head.startswith(b"#!") and b"node" in head.partition(b"\n")[0]


def _claude(context: Context) -> Finding:
    """`ccr code` finds it in more places than a shell does; both are told."""
    settings = context.config.settings
    named = settings.claude_path if settings else ""
    try:
        found = find_claude(named, context.around.env)
    except NoClaude as error:
        what, _, hint = str(error).partition("; hint: ")
        return problem(what, "$PATH", _BRIEF, fix=hint or INSTALL)
    shown = context.around.short(found)
    if not named and not context.around.env.get(VARIABLE) and which("claude", path=context.around.env.get("PATH", "")) is None:
        fix = f'`export PATH="{Path(found).parent}:$PATH"`; `ccr code` finds it in any case'
        return warning(f"`claude` is at {shown}, which is not on the PATH", "$PATH", _BRIEF, fix=fix)
    return ok(f"claude: {shown}")
