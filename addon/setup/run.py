"""`ccr init`, from its arguments to the written file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from addon.cli.failure import Failed
from addon.config.errors import ConfigError
from addon.service.place import config_home
from addon.setup.destination import Written, usual_path, write
from addon.setup.dialogue import Dialogue
from addon.setup.flags import LACKING, Flags, plan_of
from addon.setup.importing import Imported, import_config
from addon.setup.offers import is_set
from addon.setup.questions import Questions
from addon.setup.rendering import render

OLD = "config.json"
STAYS = "is there already and stays as it was; hint: `--force` replaces it and keeps a backup, `--out FILE` writes elsewhere"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to go about it. `out` and `old` (`--from`) are None where they were not given."""

    out: Path | None = None
    old: Path | None = None
    yes: bool = False
    test: bool = True
    force: bool = False


def run(flags: Flags, wishes: Wishes, env: Mapping[str, str]) -> None:
    """Raises Failed; nothing was changed then."""
    setup = _Setup(flags, wishes, env)
    try:
        setup.run()
    except (KeyboardInterrupt, EOFError):
        raise Failed("left; nothing was changed", 130) from None


class _Setup:
    def __init__(self, flags: Flags, wishes: Wishes, env: Mapping[str, str]) -> None:
        self._flags, self._wishes, self._env = flags, wishes, env
        self._asks = not wishes.yes and sys.stdin.isatty()
        self._questions = Questions(Console(stderr=True))
        self._dialogue = Dialogue(self._questions, env, flags, wishes.test)
        self._path = wishes.out or usual_path()
        self._today = datetime.now().astimezone().date()

    def run(self) -> None:
        if self._asks:
            self._questions.say(f"This writes {self._path}. Ctrl-C leaves everything as it is.")
        self._check_place()
        if old := self._old():
            self._take_over(old)
            return
        if self._asks:
            plan = self._dialogue.plan()
        else:
            self._check_enough()
            plan, said = plan_of(self._flags, self._env, test=self._wishes.test)
            self._questions.say("\n".join(said))
        written = write(self._path, render(plan, self._today), self._env)
        _report(written, self._env, self._questions, [provider.variable for provider in plan.providers if provider.variable])

    def _check_place(self) -> None:
        """Before anything is asked or done: a file that is there is replaced only by a word of the user's."""
        if not self._path.exists() or self._wishes.force:
            return
        if not self._asks:
            raise Failed(f"`{self._path}` {STAYS}")
        if not self._questions.yes(f"{self._path} is there already. Replace it? (A backup is kept)", default=False):
            raise Failed(f"`{self._path}` {STAYS}")

    def _check_enough(self) -> None:
        if not self._wishes.yes and not (self._flags.provider or self._flags.base_url):
            raise Failed(f"{LACKING}; or let `--yes` take the only provider whose key is set")

    def _old(self) -> Path | None:
        """The file to take over: the one named, or Claude Code Router's own if the user likes."""
        if self._wishes.old:
            return self._wishes.old
        old = config_home() / OLD
        named = self._flags.provider or self._flags.base_url
        return old if self._asks and not named and old.is_file() and self._dialogue.wants_import(old) else None

    def _take_over(self, old: Path) -> None:
        try:
            imported = import_config(old, self._env, self._today)
        except ConfigError as error:
            raise Failed(str(error)) from None
        _report(write(self._path, imported.text, self._env), self._env, self._questions, imported.variables, imported)


def _report(
    written: Written, env: Mapping[str, str], questions: Questions, variables: list[str], imported: Imported | None = None
) -> None:
    if imported:
        _tell_import(imported, questions)
    for warning in written.warnings:
        questions.say(f"warning: {warning}", "yellow")
    unset = [variable for variable in dict.fromkeys(variables) if not is_set(env, variable)]
    _tell(f"wrote {written.path}")
    if written.backup:
        _tell(f"the old one is kept: {written.backup}")
    if unset:
        _tell("before the router starts, here and in your shell's start-up file:")
        for variable in unset:
            _tell(f"  export {variable}=…")
    where = "" if written.path == usual_path() else f"CCR_CONFIG={written.path} "
    _tell(f"next: {where}ccr code")


def _tell_import(imported: Imported, questions: Questions) -> None:
    for lost in imported.lost:
        questions.say(f"not taken over: {lost}", "yellow")
    if imported.taken_out:
        questions.say(f"keys stand in {imported.source} as they are; they were not copied, the new file names variables:")
    for taken in imported.taken_out:
        differs = "; the variable is set now, to something else" if taken.differs else ""
        questions.say(f"  ${taken.variable} is what stands at {taken.where}{differs}")
    if imported.taken_out:
        questions.say(f"take them over by hand, then remove them there or `chmod 600 {imported.source}`")


def _tell(text: str) -> None:
    """The result, which is data."""
    Console(soft_wrap=True, highlight=False, markup=False).print(text)
