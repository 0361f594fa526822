"""A recording: the model calls of a file of flows, recorded by this addon or captured by mitmproxy alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mitmproxy import flow, flowfilter, http

from addon.config.errors import did_you_mean
from addon.inspect.turn import turn_of
from addon.record import current
from addon.recordings.captured import UNREADABLE, NoModelCall, captured
from addon.recordings.exchange import Exchange
from addon.recordings.flow_file import RecordingError, flows_of
from addon.recordings.heard import answer_of
from addon.replay.kept import ABOUT
from addon.routing.facts import facts_of
from addon.routing.kinds import Kind, kind_of
from addon.routing.shapes import as_dict, as_int, as_list, as_str
from translators.tokens import estimate

__all__ = ["KINDS", "NOT_SELECTED", "NO_ANSWER", "Recording", "RecordingError", "exchange_of", "read"]

KINDS: Final[tuple[str, ...]] = Kind.__value__.__args__
NO_ANSWER: Final = "no answer was recorded"
NOT_SELECTED: Final = "not selected"


@dataclass(frozen=True, slots=True)
class Recording:
    """The model calls in the file's order, each with its flow. `skipped` counts the other flows by reason.

    `broken` says what is wrong with the rest of the file, "" if all of it could be read.
    """

    exchanges: tuple[Exchange, ...]
    flows: tuple[http.HTTPFlow, ...]
    skipped: Mapping[str, int]
    broken: str = ""


def read(path: Path, select: str = "", kinds: Collection[str] = ()) -> Recording:
    """Read `path`. `select` is one of mitmproxy's filters, `kinds` of requests to keep; empty: all. Raises `RecordingError`."""
    wanted = _filter(select)
    _check_kinds(kinds)
    every, broken = flows_of(path)
    exchanges: list[Exchange] = []
    flows: list[http.HTTPFlow] = []
    skipped: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for each in every:
        try:
            exchange = exchange_of(each)
        except NoModelCall as reason:
            skipped[str(reason)] += 1
            continue
        assert isinstance(each, http.HTTPFlow)
        seen[exchange.id] += 1
        if (wanted and not wanted(each)) or (kinds and exchange.kind not in kinds):
            skipped[NOT_SELECTED] += 1
            continue
        exchanges.append(exchange if seen[exchange.id] == 1 else _renamed(exchange, seen[exchange.id]))
        flows.append(each)
    return Recording(tuple(exchanges), tuple(flows), dict(skipped), broken)


def exchange_of(each: flow.Flow) -> Exchange:
    """One flow's request and the answer it was given. Raises `NoModelCall`."""
    asked = captured(each)
    assert isinstance(each, http.HTTPFlow)
    request = asked.request
    try:
        kept = current(each) or {}
    except ValueError as error:
        raise NoModelCall(f"{UNREADABLE}: {error}") from error
    about = as_dict(each.metadata.get(ABOUT))
    tokens = as_int(kept.get("tokens_estimate")) or as_int(about.get("tokens")) or estimate(request.body)
    answer = answer_of(each, request, tokens)
    if answer is None:
        raise NoModelCall(NO_ANSWER)
    facts = facts_of(request, tokens)
    return Exchange(
        id=each.id,
        kind=as_str(kept.get("kind")) or as_str(about.get("kind")) or kind_of(facts),
        session=facts.session,
        agent=facts.agent,
        turn=as_str(kept.get("turn")) or as_str(about.get("turn")) or turn_of(request.body),
        at=each.request.timestamp_start,
        tokens=tokens,
        request=request.body,
        headers=request.headers,
        path=asked.path,
        tools=_tools(request.body),
        recorded=answer,
    )


def _tools(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    offered = map(as_dict, as_list(body.get("tools")))
    return {as_str(tool.get("name")): as_dict(tool.get("input_schema")) for tool in offered if tool.get("name")}


def _renamed(exchange: Exchange, count: int) -> Exchange:
    """A flow that was sent again keeps its id: joined files hold it more than once."""
    return replace(exchange, id=f"{exchange.id}#{count}")


def _filter(select: str) -> flowfilter.TFilter | None:
    if not select.strip():
        return None
    try:
        return flowfilter.parse(select)
    except ValueError as error:
        raise RecordingError(f"`{select}` is not a filter: {error}; hint: `~comment main`, `~meta deepseek`, `~all`") from error


def _check_kinds(kinds: Collection[str]) -> None:
    for kind in kinds:
        if kind not in KINDS:
            raise RecordingError(f"`{kind}` is not a kind of request; hint: {did_you_mean(kind, KINDS)}")
