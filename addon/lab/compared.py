"""Two answers to the same request that were recorded already: in two files, or in one whose flows were replayed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mitmproxy import http

from addon.recordings.captured import captured
from addon.recordings.exchange import Answer, Exchange
from addon.recordings.heard import recorded_answer
from addon.recordings.place import Place
from addon.recordings.recording import Recording
from addon.replay.kept import RECORDED
from addon.routing.shapes import as_dict, as_str

# What is another in each session, or says only how the answer is to be sent.
_NOT_COMPARED: Final = frozenset({"model", "metadata", "stream"})


@dataclass(frozen=True, slots=True)
class Pairs:
    """`answers` by model, and by the id of the exchange. `unmatched` counts the requests of each file without a counterpart.

    `own` are the second file's requests where that is a session of its own, each with what the first one's was answered.
    """

    exchanges: tuple[Exchange, ...]
    answers: Mapping[str, Mapping[str, Answer]]
    unmatched: tuple[int, int] = (0, 0)
    own: tuple[Exchange, ...] = ()


def of_two(before: Recording, after: Recording, name: str) -> Pairs:
    """`name` is what the second file's answers are called unless all of them are one model's."""
    sessions = [{each.session for each in recording.exchanges if each.session} for recording in (before, after)]
    both = _of_one_session if sessions[0] & sessions[1] or not all(sessions) else _of_two_sessions
    return both(before.exchanges, after.exchanges, name)


def _of_two_sessions(before: Sequence[Exchange], after: Sequence[Exchange], name: str) -> Pairs:
    """Each is measured whole. What both were asked is known by its place, since ids, dates and folders differ."""
    waiting = [(each, Place(each.kind, each.request)) for each in before]
    own: list[Exchange] = []
    for each in after:
        place = Place(each.kind, each.request)
        same = next((known for known in waiting if known[1].is_the_same(place)), None)
        if same is not None:
            waiting.remove(same)
        own.append(each if same is None else replace(each, recorded=same[0].recorded))
    answers = {mine.id: each.recorded for mine, each in zip(own, after, strict=True)}
    matched = len(before) - len(waiting)
    unmatched = len(waiting), len(after) - matched
    return Pairs(tuple(before), {_called(answers.values(), name): answers}, unmatched, tuple(own)) if matched else Pairs((), {})


def _called(answers: Iterable[Answer], name: str) -> str:
    choices = {answer.choice for answer in answers}
    return choices.pop() if len(choices) == 1 else name


def _of_one_session(before: Sequence[Exchange], after: Sequence[Exchange], name: str) -> Pairs:
    """By the client's request: the one is a replay of the other, or both are of one session."""
    waiting: dict[str, deque[Exchange]] = defaultdict(deque)
    for each in after:
        waiting[_request_key(each.request)].append(each)
    answers: dict[str, Answer] = {}
    matched = []
    for each in before:
        if same := waiting[_request_key(each.request)]:
            matched.append(each)
            answers[each.id] = same.popleft().recorded
    left = len(before) - len(matched), sum(map(len, waiting.values()))
    return Pairs(tuple(matched), {_called(answers.values(), name): answers} if matched else {}, left)


def of_one(recording: Recording) -> Pairs:
    """Of flows that hold both answers. One request that was sent to several models is one exchange. The others are unmatched."""
    exchanges: dict[str, Exchange] = {}
    answers: dict[str, dict[str, Answer]] = defaultdict(dict)
    alone = 0
    for each, flow in zip(recording.exchanges, recording.flows, strict=True):
        before = recorded_answer(flow, captured(flow).request, each.tokens)
        if before is None:
            alone += 1
            continue
        first = exchanges.setdefault(_origin(flow, each, before), replace(each, recorded=before))
        answers[each.recorded.choice][first.id] = each.recorded
    return Pairs(tuple(exchanges.values()), answers, (alone, 0))


def _origin(flow: http.HTTPFlow, each: Exchange, before: Answer) -> str:
    """What tells the recorded request from others: its own id, or of a capture without a record all that is known of it."""
    old = as_dict(as_dict(flow.metadata.get(RECORDED)).get("record"))
    return as_str(old.get("request_id")) or repr((_request_key(each.request), before))


def _request_key(request: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in request.items() if name not in _NOT_COMPARED}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
