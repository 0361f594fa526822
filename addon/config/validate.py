"""The schema's complaints in words for people: the value as it was written, what is wrong with it, and what to write."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from addon.config.document import Findings
from addon.config.errors import did_you_mean
from addon.config.schema import ConfigFile
from addon.config.spelling import Spelling

# By the beginning of pydantic's error type: what is said, and the hint.
_SAID: dict[str, tuple[str, str]] = {
    "int": ("is not a whole number", "write digits only"),
    "float": ("is not a number", "write digits, with a point if need be"),
    "finite": ("is not a finite number", "0 stands for no limit"),
    "bool": ("is neither `true` nor `false`", "write `true` or `false`"),
    "string": ("is not a text", "put it in quotes"),
    "dict": ("is not a mapping", "indent its keys below it"),
    "model": ("is not a mapping", "indent its keys below it"),
    "tuple": ("is not a list", "write `[one, two]`"),
    "missing": ("is missing", ""),
}


def validated(tree: dict[str, Any], spelling: Spelling, findings: Findings) -> ConfigFile:
    """Raises ConfigError with all problems found so far."""
    config, details = _checked(tree)
    for detail in details:
        _report(detail, spelling, findings)
    findings.stop_if_any()
    assert config is not None
    return config


def _checked(tree: dict[str, Any]) -> tuple[ConfigFile | None, list[ErrorDetails]]:
    """Pydantic's own exception is not passed on, not even as a cause: it knows the values."""
    try:
        return ConfigFile.model_validate(tree), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_input=False)


def _report(detail: ErrorDetails, spelling: Spelling, findings: Findings) -> None:
    path = spelling.path(tuple(detail["loc"]))
    kind = detail["type"]
    said, hint = _words(kind, detail)
    if kind == "string_type" and isinstance(findings.document.value(path), dict | list):
        hint = "write a single text"
    if kind == "missing":
        findings.problem(path, said, hint)
        return
    if kind == "literal_error":
        hint = did_you_mean(str(findings.document.value(path)), re.findall(r"'([^']*)'", str(detail["ctx"]["expected"])))
    findings.problem(path, f"{findings.document.quote(path)} {said}", hint)


def _words(kind: str, detail: ErrorDetails) -> tuple[str, str]:
    if kind == "literal_error":
        return "is not one of the words known here", ""
    if kind == "value_error":
        return str(detail["ctx"]["error"]), "write digits"
    if said := _SAID.get(kind.split("_", 1)[0]):
        return said
    return detail["msg"].replace("Input should be", "must be"), ""
