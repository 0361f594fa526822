"""The user's own program says what a success is. Real programs are run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from addon.lab.judge import Judge, JudgeFailed
from addon.lab.labels import Label, Labels
from addon.lab.report.report import Rule, made
from addon.recordings.exchange import Answer
from tests.support.exchanges import answer, call, exchange

JUDGE = """
import json, os, sys
pair = json.load(sys.stdin)
assert os.environ["CCR_MODEL"] == pair["model"]
said = [call["name"] for call in pair["answer"]["tool_calls"]]
print("calls", *said, file=sys.stdout)
print("more that nobody reads")
sys.exit(0 if pair["recorded"]["text"] == "Fine." and said == ["Bash"] else 3)
"""


def judge(folder: Path, text: str = JUDGE, seconds: float = 30, kept: Path | None = None) -> Judge:
    path = folder / "the judge.py"
    path.write_text(text, encoding="utf-8")
    return Judge(shlex.join([sys.executable, str(path)]), kept, seconds=seconds)


def test_the_exit_status_decides_and_the_first_line_is_the_reason(tmp_path: Path) -> None:
    one = judge(tmp_path)
    good, bad = one.verdicts("a,b", [(exchange(), answer(call("Bash", command="ls"))), (exchange(), answer(text="Grüße\ud800"))])
    assert (good.success, good.reason, good.by) == (True, "calls Bash", "judge")
    assert (bad.success, bad.reason) == (False, "calls")


def test_a_judge_that_says_nothing_is_quoted_by_its_status(tmp_path: Path) -> None:
    (said,) = judge(tmp_path, "import sys; sys.exit(2)").verdicts("a,b", [(exchange(), answer())])
    assert said.reason == "exit status 2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import time; time.sleep(60)", "took longer than 0.5 s"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was ended by SIGKILL on e1 of a,b"),
        ("import sys; print('env: x: no such file', file=sys.stderr); sys.exit(127)", "ended with 127.*env: x: no such file"),
    ],
)
def test_a_judge_that_cannot_judge_is_our_error_and_not_the_models(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(JudgeFailed, match=said):
        judge(tmp_path, text, seconds=0.5 if "sleep" in text else 30).verdicts("a,b", [(exchange(), answer())])


@pytest.mark.parametrize(
    ("command", "said"),
    [("", "empty"), ("no-such-program-here --x", "is not a program that can be run; hint: "), ("sh -c 'open", "cannot be read")],
)
def test_a_command_that_cannot_be_run_is_found_before_anything_is_asked(command: str, said: str) -> None:
    with pytest.raises(JudgeFailed, match=said):
        Judge(command)


COUNTS = "open({!r}, 'a').write('x')"


def test_a_verdict_is_kept_until_the_judge_or_the_answer_is_another(tmp_path: Path) -> None:
    """What asked another model for its opinion is not to be paid for twice."""
    asked, kept = tmp_path / "asked", tmp_path / "rec.flows.ccr-judge.jsonl"
    text, pairs = COUNTS.format(str(asked)), [(exchange(), answer(text="One.")), (exchange(), answer(text="Two."))]
    first = judge(tmp_path, text, kept=kept).verdicts("a,b", pairs)
    assert (asked.read_text(), kept.stat().st_mode & 0o777) == ("xx", 0o600)
    kept.write_bytes(kept.read_bytes() + b'{"key": "cut sh')
    assert judge(tmp_path, text, kept=kept).verdicts("a,b", pairs) == first
    assert asked.read_text() == "xx"
    judge(tmp_path, text, kept=kept).verdicts("a,b", [*pairs, (exchange(), answer(text="Three."))])
    assert asked.read_text() == "xxx"
    assert kept.read_bytes().count(b"success") == 3
    judge(tmp_path, f"{text} # changed", kept=kept).verdicts("a,b", pairs)
    assert asked.read_text() == "xxxxx"


def test_where_verdicts_cannot_be_kept_they_are_given_all_the_same(tmp_path: Path) -> None:
    one = judge(tmp_path, "", kept=tmp_path / "no such folder" / "kept.jsonl")
    assert [verdict.success for verdict in one.verdicts("a,b", [(exchange(), answer())])] == [True]
    assert one.problem.startswith("verdicts are not kept: ")


def test_labels_go_before_the_judge_which_is_not_asked_of_the_recorded_answers(tmp_path: Path) -> None:
    labels = Labels([Label("e1", "", success=True, reason="by hand", where="")])
    rule = Rule(judge(tmp_path), "judge.py", labels, "l.yaml")
    answers: dict[str, Answer] = {"e1": answer(), "e2": answer()}
    report = made("r", [exchange("e1"), exchange("e2")], {"a,b": answers}, rule)
    assert [each.verdict.by for each in report.models[0].measures.values()] == ["label", "judge"]
    assert [each.verdict.by for each in report.recorded.measures.values()] == ["default", "default"]
    assert report.judged_by == "labels of l.yaml, else judge `judge.py`"
