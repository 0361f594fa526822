"""What a request is, in one word for people and filters. How each kind is recognised was measured on Claude Code 2.1.197."""

from __future__ import annotations

from typing import Final, Literal

from addon.routing.facts import Facts

type Kind = Literal["main", "subagent", "compaction", "web search", "title", "summary", "side job", "probe", "count"]

# The client's own work beside the conversation: it is offered no tools and does not think.
SIDE_KINDS: Final[frozenset[Kind]] = frozenset({"title", "summary", "side job"})

# A title may come with a branch's name, never with more: a bigger schema is somebody's own data.
_TITLE_KEYS: Final = 2
# A main turn of an older or other client offers about this many tools; a side call offers none or one.
_MAIN_TOOLS: Final = 20


def kind_of(facts: Facts, *, counting: bool = False) -> Kind:
    """The kind of a request; `counting` is true for one that only asks for a token count."""
    if counting:
        return "count"
    if _is_probe(facts):
        return "probe"
    if _is_web_search(facts):
        return "web search"
    if facts.compaction:
        return "compaction"
    if _is_side_job(facts):
        return _side_kind(facts)
    return "subagent" if facts.is_subagent else "main"


def is_main_shaped(facts: Facts) -> bool:
    """Whether it looks like a turn of the session itself, whichever model it asks for."""
    return not facts.is_subagent and (facts.thinks or facts.delegates or facts.tools >= _MAIN_TOOLS)


def _is_probe(facts: Facts) -> bool:
    """`/model X` and the start of older clients ask for one token to see whether the model answers."""
    return facts.max_tokens == 1 and not facts.tools and facts.messages == 1


def _is_web_search(facts: Facts) -> bool:
    if not any(kind.startswith("web_search_") for kind in facts.server_tools):
        return False
    return facts.tools == 1 or facts.forced_tool == "web_search"


def _is_side_job(facts: Facts) -> bool:
    """Not every request without tools: a session may run without any. Its turns think, or mark their system for caching."""
    if facts.is_haiku and not facts.is_subagent and not is_main_shaped(facts):
        return True
    if facts.tools or facts.thinks:
        return False
    return _wants_title(facts) or (facts.claude_code and not facts.cached_system)


def _wants_title(facts: Facts) -> bool:
    return "title" in facts.output_keys and len(facts.output_keys) <= _TITLE_KEYS


def _side_kind(facts: Facts) -> Kind:
    if facts.tools:
        return "side job"
    head = facts.system_head.lower()
    if _wants_title(facts) or "title" in head:
        return "title"
    return "summary" if "summar" in head or "summar" in facts.text[:200].lower() else "side job"
