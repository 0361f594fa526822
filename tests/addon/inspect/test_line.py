from __future__ import annotations

import logging
from typing import Any

import pytest
from mitmproxy import flowfilter, http
from mitmproxy.utils import emoji

from addon.inspect.line import MARKERS, OTHER_MARKER, level_of, line, marker
from tests.support import inspected

SHORT = inspected.SESSION[:8]

# What the README tells to look for, and the flows that are found.
FILTERS = {
    '~comment "main →"': {"parallel_calls", "refused_by_provider", "broken_off", "whole"},
    "~comment subagent": {"fallback"},
    "~comment 429": {"fallback"},
    f"~comment {SHORT}": {"parallel_calls", "fallback", "refused_by_provider", "broken_off", "whole"},
    f'~comment "{SHORT} agent"': {"fallback"},
    f'~comment "{SHORT} turn 2"': {"parallel_calls", "refused_by_provider", "broken_off", "whole"},
    "~marker robot": {"fallback"},
    "~marker red_circle": {"refused_by_provider", "broken_off", "refused"},
    "~meta \"'route': 'explicit'\"": {"fallback", "refused_by_provider", "broken_off", "whole"},
    "~meta \"'repaired': True\"": {"parallel_calls", "fallback"},
    '~meta "settings.dropped|arguments.repaired"': {"parallel_calls", "fallback"},
}


@pytest.mark.parametrize(("words", "found"), FILTERS.items(), ids=FILTERS.keys())
def test_mitmproxys_own_filters_find_flows(words: str, found: set[str], flows: dict[str, http.HTTPFlow]) -> None:
    assert {name for name, flow in flows.items() if flowfilter.match(words, flow)} == found


def test_the_line_says_what_where_why_and_how_it_ended(flows: dict[str, http.HTTPFlow]) -> None:
    record = inspected.normalised(flows["parallel_calls"]).metadata["ccr"]
    assert line(record) == f"main → acme,kimi-k2 · nothing special · 21.4k→312 tok · $0.0023 · 1.8 s · 3 tools · {SHORT} turn 2.1"


def test_a_subagent_shows_its_session_and_its_own_id(flows: dict[str, http.HTTPFlow]) -> None:
    assert line(flows["fallback"].metadata["ccr"]).endswith(f" · {SHORT} agent {inspected.AGENT[:8]} turn 2.1")


def test_a_client_without_sessions_has_none_in_its_line() -> None:
    record: dict[str, Any] = {
        "kind": "main",
        "provider": "a",
        "model": "b",
        "reason": "c",
        "session": "",
        "agent": "",
        "turn": "1.1",
    }
    assert line(record) == "main → a,b · c · under way"


def test_the_log_is_loud_only_about_what_was_lost_or_mended() -> None:
    assert {level_of(rule) for rule in ("tools.web_search", "tools.typed")} == {logging.WARNING}
    assert level_of("arguments.repaired") == logging.INFO
    assert {level_of(rule) for rule in ("model.route", "protocol", "settings.max_tokens", "thinking.none")} == {logging.DEBUG}


@pytest.mark.parametrize("kind", [*MARKERS, "something else"])
def test_every_marker_is_one_that_mitmproxy_shows(kind: str) -> None:
    assert marker({"kind": kind}) in emoji.emoji
    assert marker({"kind": kind, "error": {"type": "x"}}) == ":red_circle:"
    assert OTHER_MARKER in emoji.emoji
