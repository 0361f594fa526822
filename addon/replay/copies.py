"""Copies of recorded flows that are to be sent again: the originals stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mitmproxy import ctx, flow, http
from mitmproxy.addons.view import View

from addon.recordings.captured import NoModelCall, captured
from addon.replay.kept import ASKED, RECORDED


def copy_of(flow: http.HTTPFlow, model: str, *, fallback: bool = True) -> http.HTTPFlow:
    """A new flow to be replayed against `model`, as `provider,model`. Without `fallback` nobody else is asked in its place."""
    made: http.HTTPFlow = flow.copy()
    made._backup = None  # noqa: SLF001 - what the original was before it was changed is not what is replayed
    made.metadata.pop(RECORDED, None)
    made.metadata[ASKED] = {"model": model, "fallback": fallback, "of": flow.id}
    made.intercepted, made.marked = False, ""
    made.comment = f"replay of {flow.id[:8]}, not yet sent"
    return made


def send_copies(flows: Sequence[flow.Flow], model: str) -> tuple[list[tuple[str, http.HTTPFlow]], Mapping[str, int]]:
    """Send a copy of each model call to `model`. Returns them with the originals' ids, and how many others there were, by reason.

    Raises ValueError where there is nothing to send.
    """
    made: list[tuple[str, http.HTTPFlow]] = []
    skipped: Counter[str] = Counter()
    for each in flows:
        try:
            captured(each)
        except NoModelCall as reason:
            skipped[str(reason)] += 1
            continue
        assert isinstance(each, http.HTTPFlow)
        made.append((each.id, copy_of(each, model)))
    if not made:
        why = ", ".join(f"{number} {reason}" for reason, number in skipped.items()) or "no flows"
        raise ValueError(f"there is nothing to replay: {why}; hint: name requests to a model, as with `~comment main`")
    copies = [copy for _, copy in made]
    view = ctx.master.addons.get("view")
    if isinstance(view, View):
        view.add(copies)
    ctx.master.commands.call("replay.client", copies)
    return made, skipped
