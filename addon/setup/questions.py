"""Asking at the terminal. What is asked goes to stderr, so that stdout holds the result alone."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt

from addon.config.errors import closest, either
from addon.models.facts import ModelFacts
from addon.models.search import search
from addon.models.table import brief

_PASTED_WITH = re.compile(r"^(export\s+)?[A-Z][A-Z0-9_]*=|^Bearer\s+")
SHOWN = 15
"""Models that are shown of a search."""


class Questions:
    """Every question raises EOFError or KeyboardInterrupt where the user leaves."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, text: str, style: str = "") -> None:
        plain = not self.console.is_terminal or self.console.is_dumb_terminal  # of neither the width is known
        self.console.print(text, style=style or None, highlight=False, markup=False, soft_wrap=plain)

    def good(self, text: str) -> None:
        self.say(f"✓ {text}", "green")

    def bad(self, text: str) -> None:
        self.say(f"✗ {text}", "red")

    def text(self, question: str, default: str = "") -> str:
        asked = Prompt.ask(escape(question), console=self.console, default=default, show_default=bool(default))
        return asked.strip()

    def key(self, question: str) -> str:
        """A key, or ""; what people paste with it is taken off: blanks, quotes, `NAME=`.

        Echo is off before the question is shown, so that nothing pasted early is seen.
        """
        while True:
            given = getpass.getpass(f"{question}: ", stream=sys.stderr).strip()
            key = _PASTED_WITH.sub("", given).strip().strip("\"'")
            if key.isascii() and key.isprintable() and " " not in key:
                return key
            self.bad(f"that is no key: it has {'blanks' if ' ' in key else 'characters'} in it that none has; once more, please")

    def yes(self, question: str, *, default: bool) -> bool:
        while True:
            given = self.text(f"{question} {'(Y/n)' if default else '(y/N)'}").lower()
            if not given:
                return default
            if given in {"y", "yes", "n", "no"}:
                return given.startswith("y")
            self.bad("`y` or `n`, please")

    def one_of(self, question: str, names: Sequence[str], default: str) -> str:
        """A number of the list as shown, from 1, or one of the names; "" for `0`."""
        while True:
            given = self.text(question, default)
            if given == "0":
                return ""
            if given.isdecimal() and 1 <= int(given) <= len(names):
                return names[int(given) - 1]
            if found := next((name for name in names if name.lower() == given.lower()), None):
                return found
            near = closest(given, names)
            self.bad(f"`{given}` is none of them" + (f"; did you mean {either(near)}?" if near else ""))

    def model(self, question: str, models: Sequence[ModelFacts], default: str = "") -> str:
        """`provider,model`, found by words of its name; Enter takes the default. A name that is in no list is asked about."""
        known = {facts.choice: facts for facts in models}
        short = {facts.model: facts.choice for facts in models}
        shown: list[str] = []
        while True:
            given = self.text(f"Model for {question}, or words to search", default)
            if given in known or given == default:
                return given
            if given in short:
                return short[given]
            if given.isdecimal() and 1 <= int(given) <= len(shown):
                return shown[int(given) - 1]
            found = search(models, given)
            if not found and "," in given and self.yes(f"{given} is in no list. Take it all the same?", default=False):
                return given
            shown = [facts.choice for facts in found[:SHOWN]]
            self._show(found, given)

    def _show(self, found: Sequence[ModelFacts], words: str) -> None:
        if not found:
            self.bad(f"no model has `{words}` in its name")
            return
        for number, facts in enumerate(found[:SHOWN], start=1):
            self.say(f"{number:>4}  {facts.choice}{brief(facts)}")
        if len(found) > SHOWN:
            self.say(f"      … and {len(found) - SHOWN} more; give more words")
