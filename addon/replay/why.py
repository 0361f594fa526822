"""What a replayed flow was before, in a line."""

from __future__ import annotations

from collections.abc import Iterator

from mitmproxy import flow

from addon.replay.kept import RECORDED
from addon.routing.shapes import as_dict, as_list


def recorded_lines(each: flow.Flow) -> Iterator[str]:
    old = as_dict(each.metadata.get(RECORDED))
    if not old:
        return
    kept, answer = as_dict(old.get("record")), as_dict(old.get("answer"))
    whose = f"{kept.get('provider')},{kept.get('model')}" if kept.get("provider") else f"captured from {old.get('url')}"
    parts = [whose, f"status {answer['status']}" if answer else "not answered"]
    if kept.get("stop_reason"):
        parts.append(f"stopped: {kept['stop_reason']}")
    if calls := [str(as_dict(call).get("name")) for call in as_list(kept.get("tool_calls"))]:
        parts.append(f"called {', '.join(calls)}")
    yield f"recorded: {' · '.join(parts)}"
