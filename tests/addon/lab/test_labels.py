"""Verdicts by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from addon.lab.labels import LabelsError, read_labels
from addon.lab.report.report import Rule, made
from tests.support.exchanges import answer, exchange


def written(folder: Path, text: str, name: str = "labels.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "- {id: e1, success: false, reason: wrong file}\n- {id: 0017, model: 'a,b', success: yes}\n"),
        ("a.json", '[{"id": "e1", "success": false, "reason": "wrong file"}, {"id": "0017", "model": "a,b", "success": true}]'),
        ("a.CSV", 'id,model,success,reason\ne1,,no,wrong file\n0017,"a,b",1,\n'),
    ],
)
def test_three_forms_say_the_same(name: str, text: str, tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path, text, name))
    failed, good = labels.verdict("e1", "any,model"), labels.verdict("0017", "a,b")
    assert failed is not None
    assert good is not None
    assert (failed.success, failed.reason, failed.by) == (False, "wrong file", "label")
    assert (good.success, good.reason) == (True, "ok")
    assert labels.verdict("0017", "other,one") is None
    assert labels.of_others(["x,y"]) == 1


def test_a_mapping_is_the_short_form(tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path, "e1: true\ne2: {success: false}\n"))
    assert [label.success for label in labels.labels] == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"is empty; hint: "),
        ("- {id: e1, success: true}\n- {id: e2}\n", r":2: `success` is ``; hint: write true or false"),
        ("- {id: e1, sucess: true}\n", r":1: `sucess` is not known here; hint: did you mean `success`\?"),
        ("- {success: true}\n", r":1: `id` is missing; hint: "),
        ("- {id: e1, success: perhaps}\n", r":1: `success` is `perhaps`"),
        ("- {id: e1, success: true}\n\n- {id: e1, success: false}\n", r":3: `e1` has a label already, at .*:1"),
        ("- [e1]\n", r":1: is no mapping"),
        ("- {id: [e1], success: true}\n", r":1: a plain value is expected here"),
        ("just words", r":1: is neither a list nor a mapping"),
        ("- {id: e1\n", r":\d: is no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError) as error:
        read_labels(written(tmp_path, text))
    assert re.search(said, str(error.value))


@pytest.mark.parametrize(
    ("text", "said"),
    [("id,success\ne1\n", ":2: has not as many values"), ('id,success\n"e1', "is no CSV"), ("id,model\ne1,x\n", ":2: `success`")],
)
def test_a_broken_table_is_told_as_well(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=said):
        read_labels(written(tmp_path, text, "a.csv"))


def test_an_id_that_the_recording_does_not_have_is_an_error_with_its_line(tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path, "e1: true\ne2: false\n"))
    labels.check({"e1", "e2"})
    with pytest.raises(LabelsError, match=r":2: no request of the recording has the id `e2`; hint: "):
        labels.check({"e1"})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="cannot be read: No such file"):
        read_labels(tmp_path / "none.yaml")


def test_labels_go_before_the_default_rule_and_leave_the_recorded_answers_alone(tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path, "e1: {success: false, reason: not what I asked}\n"))
    one, other = exchange("e1"), exchange("e2")
    report = made("r", [one, other], {"a,b": {"e1": answer(), "e2": answer()}}, Rule(labels=labels, labels_file="l.yaml"))
    assert [each.verdict.reason for each in report.models[0].measures.values()] == ["not what I asked", "ok"]
    assert report.recorded.all.successes == 2
    assert report.judged_by.startswith("labels of l.yaml, else a well-formed answer")
