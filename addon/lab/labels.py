"""Verdicts by hand: a file that says which answers are successes. YAML, JSON or, by its name, CSV.

- {id: 1f3a…, success: false, reason: wrong file}           # of every model's answer to this request
- {id: 1f3a…, model: "ollama,qwen3:32b", success: true}     # of one model's: goes before the other
1f3a…: true                                                 # the same as a mapping, without a list
CSV has a line with the names first: id,model,success,reason
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from addon.config.errors import did_you_mean
from addon.lab.success import Verdict
from addon.recordings.exchange import RECORDED

_KEYS: Final = ("id", "model", "success", "reason")
_YES: Final = frozenset({"true", "yes", "1", "pass", "ok"})
_NO: Final = frozenset({"false", "no", "0", "fail"})


class LabelsError(Exception):
    """The file cannot be used. The message says where, and what to do."""


@dataclass(frozen=True, slots=True)
class Label:
    """`model` is "" for all models; `where` is the file and its line."""

    id: str
    model: str
    success: bool
    reason: str
    where: str


class Labels:
    def __init__(self, labels: Collection[Label]) -> None:
        self.labels = tuple(labels)
        self._by_pair = {(label.id, label.model): label for label in labels}

    def verdict(self, exchange_id: str, model: str) -> Verdict | None:
        """A label without a model is of every model's answer, not of the recorded one."""
        everyone = None if model == RECORDED else self._by_pair.get((exchange_id, ""))
        label = self._by_pair.get((exchange_id, model)) or everyone
        return None if label is None else Verdict(label.success, label.reason or ("ok" if label.success else "label"), by="label")

    def check(self, ids: Collection[str]) -> None:
        """Raises `LabelsError` for labels of requests that the recording does not have."""
        for label in self.labels:
            if label.id not in ids:
                hint = "`ccr diff FILE` lists the ids"
                raise LabelsError(f"{label.where}: no request of the recording has the id `{label.id}`; hint: {hint}")

    def of_others(self, models: Collection[str]) -> int:
        """How many are of models that are not among these."""
        return sum(bool(label.model) and label.model not in models for label in self.labels)


def read_labels(path: Path) -> Labels:
    """Raises `LabelsError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelsError(
            f"`{path}` cannot be read: {error.strerror or error}; hint: --labels takes a YAML, JSON or CSV file"
        ) from None
    except UnicodeDecodeError as error:
        raise LabelsError(f"`{path}` is not UTF-8 text ({error.reason} at byte {error.start:,})") from None
    rows = _csv_rows(text, path) if path.suffix.lower() == ".csv" else _yaml_rows(text, path)
    labels: dict[tuple[str, str], Label] = {}
    for where, row in rows:
        label = _label(where, row)
        if other := labels.get((label.id, label.model)):
            raise LabelsError(f"{where}: `{label.id}` has a label already, at {other.where}")
        labels[label.id, label.model] = label
    return Labels(labels.values())


def _csv_rows(text: str, path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            where = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                raise LabelsError(f"{where}: has not as many values as the first line has names")
            yield where, {name.strip(): value for name, value in row.items()}
    except csv.Error as error:
        raise LabelsError(f"{path}:{reader.line_num}: is no CSV: {error}") from None


def _yaml_rows(text: str, path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LabelsError(f"{path}:{line}: is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise LabelsError(f"{path}: is no YAML: {error}") from None
    match top:
        case None:
            raise LabelsError(f"`{path}` is empty; hint: `- {{id: …, success: true}}`")
        case yaml.SequenceNode():
            for item in top.value:
                yield _where(item, path), _mapping(item, path)
        case yaml.MappingNode():
            for key, value in top.value:
                given = _mapping(value, path) if isinstance(value, yaml.MappingNode) else {"success": _scalar(value, path)}
                yield _where(key, path), {"id": _scalar(key, path), **given}
        case _:
            raise LabelsError(f"{_where(top, path)}: is neither a list nor a mapping; hint: `- {{id: …, success: true}}`")


def _where(node: yaml.Node, path: Path) -> str:
    return f"{path}:{node.start_mark.line + 1}"


def _mapping(node: yaml.Node, path: Path) -> dict[str, str]:
    if not isinstance(node, yaml.MappingNode):
        raise LabelsError(f"{_where(node, path)}: is no mapping; hint: `- {{id: …, success: true}}`")
    return {_scalar(key, path): _scalar(value, path) for key, value in node.value}


def _scalar(node: yaml.Node, path: Path) -> str:
    """As it is written: an id that looks like a number is no number."""
    if not isinstance(node, yaml.ScalarNode):
        raise LabelsError(f"{_where(node, path)}: a plain value is expected here")
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def _label(where: str, row: Mapping[str, str]) -> Label:
    for key in row:
        if key not in _KEYS:
            raise LabelsError(f"{where}: `{key}` is not known here; hint: {did_you_mean(key, _KEYS)}")
    if not row.get("id", "").strip():
        raise LabelsError(f"{where}: `id` is missing; hint: the id of a request, as `ccr diff FILE` lists them")
    said = row.get("success", "").strip().lower()
    if said not in _YES | _NO:
        raise LabelsError(f"{where}: `success` is `{said}`; hint: write true or false")
    return Label(row["id"].strip(), row.get("model", "").strip(), said in _YES, row.get("reason", "").strip(), where)
