"""What the parsers of YAML and JSON5 complain of, in words for people."""

from __future__ import annotations

import re

import yaml

from addon.config.errors import Problem

TOO_LARGE = "holds a number of thousands of digits"

_OPENED = re.compile(r"quoted scalar|flow (?:mapping|sequence)")


def json_problem(said: str) -> Problem:
    hint = "the file is read as JSON5: comments and trailing commas are fine, a missing comma or quote is not"
    if found := re.fullmatch(r"<string>:(\d+) (.*?)(?: at column (\d+))?", said, re.DOTALL):
        line, what, column = found.groups()
        return Problem(f"is not JSON: {_lower(what)}", hint, line=int(line), column=int(column) if column else None)
    if said.startswith("Exceeds the limit"):
        return Problem(TOO_LARGE)
    return Problem("is empty" if said.startswith("Empty") else f"is not JSON: {_lower(said)}", hint)


def yaml_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    what = f"is not YAML: {error.problem or error.context}"
    if mark and what.endswith(": but found another document"):
        return Problem("is not YAML: a second document begins", "remove the `---`", line=mark.line + 1, column=mark.column + 1)
    if began and mark and began.line < mark.line and _OPENED.search(error.context or ""):
        what += f"; what is open there began in line {began.line + 1}, column {began.column + 1}"
    hint = "indent with spaces, put a space after each colon, and quote texts with `: ` or a leading `*`, `&`, `!`, `%` or `@`"
    return Problem(what, hint, line=mark.line + 1 if mark else None, column=mark.column + 1 if mark else None)


def forbidden(text: str, error: yaml.reader.ReaderError) -> Problem:
    """A character that YAML does not allow anywhere."""
    before = text[: error.position]
    column = error.position - (before.rfind("\n") + 1) + 1
    what = f"is not YAML: the character U+{ord(text[error.position]):04X} is not allowed"
    return Problem(what, "remove it; it may not be seen in an editor", line=before.count("\n") + 1, column=column)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
