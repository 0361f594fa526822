"""What works with a model, found out by asking it.

    results = probe_model(provider, "some-model", key)
    works(results)          # text and tool calls, without which Claude Code cannot work

Each probe is one request through the real translators (`asking.ask`); together they cost about 30,000 tokens of input, most of
them the long prompt's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from addon.config.settings import Provider
from addon.ledger import prices
from addon.models import samples
from addon.models.asking import Answer, ask
from translators.contract import JsonObject
from translators.errors import FaultKind
from translators.events import Usage

type State = Literal["works", "partly", "fails", "not tried"]
type ProbeName = Literal["text", "streaming", "tool call", "parallel tools", "tool result", "image", "thinking", "long prompt"]
type Verdict = tuple[State, str]

NEEDED: tuple[ProbeName, ...] = ("text", "streaming", "tool call", "tool result")
"""Without these Claude Code cannot work."""

SECONDS = 60.0
LONG_SECONDS = 300.0

BUSY: tuple[FaultKind, ...] = ("rate", "overloaded")
"""The provider's refusals to try at all."""
USUAL_WAIT, LONGEST_WAIT = 3.0, 20.0
"""Seconds before a busy provider is asked once more, where it does not say how long; what is longer is not waited for."""

_HOPELESS: tuple[FaultKind, ...] = ("credential", "billing", "model", "network", "timeout")
"""Failures of the first probe after which no other can go better."""


@dataclass(frozen=True, slots=True)
class Result:
    """`note` says what was seen, or the provider's words on a failure, without secrets. `cost` in US dollars, None if unknown."""

    name: ProbeName
    state: State
    note: str = ""
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    name: ProbeName
    body: Callable[[], JsonObject]
    judge: Callable[[Answer], Verdict]
    seconds: float = SECONDS


def probe_model(  # noqa: PLR0913  the doctor and the table want different parts
    provider: Provider,
    model: str,
    key: str = "",
    *,
    only: Collection[ProbeName] = (),
    long_tokens: int = samples.LONG_TOKENS,
    begins: Callable[[ProbeName], None] = lambda _: None,
) -> list[Result]:
    """Runs the probes in order, all or `only` these; 0 `long_tokens` leaves the long prompt out. `begins` is told of each.

    Never raises for what the provider does.
    """
    results: list[Result] = []
    hopeless = ""
    for probe in _probes(provider, model, long_tokens):
        if only and probe.name not in only:
            continue
        begins(probe.name)
        if hopeless:
            results.append(Result(probe.name, "not tried", hopeless))
            continue
        answer = _patient(provider, model, probe, key)
        results.append(_result(provider, model, probe, answer))
        if answer.fault is not None and answer.fault.kind in BUSY:
            hopeless = "the provider is busy"
        elif len(results) == 1 and answer.fault is not None and answer.fault.kind in _HOPELESS:
            hopeless = f"`{probe.name}` failed"
    return results


def _patient(provider: Provider, model: str, probe: Probe, key: str) -> Answer:
    """Asked once more, later, where the provider has no time just now: that says nothing of the model."""
    answer = ask(provider, model, probe.body(), key, probe.seconds)
    if answer.fault is None or answer.fault.kind not in BUSY:
        return answer
    wait = USUAL_WAIT if answer.fault.retry_after is None else answer.fault.retry_after
    if wait > LONGEST_WAIT:
        return answer
    time.sleep(wait)
    return ask(provider, model, probe.body(), key, probe.seconds)


def works(results: list[Result]) -> bool:
    """Whether Claude Code can work with it, as far as that was tried."""
    return bool(results) and all(result.state in ("works", "partly") for result in results if result.name in NEEDED)


def _probes(provider: Provider, model: str, long_tokens: int) -> Iterator[Probe]:
    yield Probe("text", samples.text, _judge_text)
    yield Probe("streaming", samples.streaming, _judge_stream)
    yield Probe("tool call", samples.tool, _judge_tool)
    yield Probe("parallel tools", samples.parallel, _judge_parallel)
    yield Probe("tool result", samples.result, _judge_number)
    sees = provider.dialect == "anthropic" or provider.target(model).quirks.images
    yield Probe("image", samples.image, _judge_image if sees else _blind)
    yield Probe("thinking", samples.thinking, _judge_thinking)
    if long_tokens:
        yield Probe(
            "long prompt", lambda: samples.long(long_tokens), lambda answer: _judge_long(answer, long_tokens), LONG_SECONDS
        )


def _result(provider: Provider, model: str, probe: Probe, answer: Answer) -> Result:
    usage = answer.outcome.usage
    cost = prices.price(provider, model, usage)
    if answer.fault is not None and answer.fault.kind in BUSY:
        return Result(probe.name, "not tried", answer.said, answer.seconds, usage, cost, "try again later")
    if answer.fault is not None and answer.fault.kind == "model":
        hint = f"`ccr model list --provider {provider.name}` shows its models"
        return Result(probe.name, "fails", answer.said, answer.seconds, usage, cost, answer.hint or hint)
    if answer.fault is not None:
        return Result(probe.name, "fails", answer.said, answer.seconds, usage, cost, answer.hint)
    state, note = probe.judge(answer)
    return Result(probe.name, state, note, answer.seconds, usage, cost)


# --- what an answer without a fault is worth


def _judge_text(answer: Answer) -> Verdict:
    return ("works", _quoted(answer.text)) if answer.text.strip() else ("fails", "the answer holds no text")


def _judge_stream(answer: Answer) -> Verdict:
    if not answer.text.strip():
        return "fails", "the answer holds no text"
    first = f"first after {answer.first:.1f} s" if answer.first is not None else ""
    if answer.deltas < 2:
        return "partly", f"the whole answer came in one piece; {first}"
    return "works", f"{answer.deltas} pieces, {first}"


def _judge_tool(answer: Answer) -> Verdict:
    calls = _calls(answer)
    if not calls:
        return "fails", f"it was to call a tool and said {_quoted(answer.text)}"
    if wrong := next((call for call in calls if not _is_good(call)), None):
        return "fails", f"it called {_quoted(str(wrong.get('name')))} with {_quoted(str(wrong.get('input')))}"
    return _mended(answer, ("works", f"get_weather({', '.join(_cities(answer))})"))


def _judge_parallel(answer: Answer) -> Verdict:
    state, note = _judge_tool(answer)
    if state == "fails" or len(set(_cities(answer))) > 1:
        return state, note
    return "partly", f"one call at a time: {note}"


def _judge_number(answer: Answer) -> Verdict:
    if samples.NUMBER in answer.text:
        return "works", "it read the tool's result"
    if _calls(answer):
        return "partly", "it called the tool again before it answered"
    return "fails", f"it did not read the tool's result and said {_quoted(answer.text)}"


def _judge_image(answer: Answer) -> Verdict:
    if samples.COLOUR in answer.text.lower():
        return "works", "it saw a red picture as red"
    return "partly", f"it was shown a red picture and said {_quoted(answer.text)}"


def _blind(_: Answer) -> Verdict:
    return "fails", "pictures are not sent to this model: quirk `images` is false"


def _judge_thinking(answer: Answer) -> Verdict:
    thoughts = "".join(str(block.get("thinking", "")) for block in answer.blocks("thinking"))
    if thoughts.strip() or answer.blocks("redacted_thinking"):
        return "works", f"{len(thoughts)} characters of thinking are shown"
    if answer.text.strip():
        return "partly", "it answers, and shows no thinking"
    return "fails", "the answer holds neither thinking nor text"


def _judge_long(answer: Answer, tokens: int) -> Verdict:
    about = f"about {tokens:,} tokens"
    if samples.NUMBER in answer.text:
        return "works", f"{about}, the beginning was read"
    return "fails", f"{about}: it forgot the beginning and said {_quoted(answer.text)}; is its context window too small?"


def _calls(answer: Answer) -> list[JsonObject]:
    return answer.blocks("tool_use")


def _cities(answer: Answer) -> list[str]:
    return [str(call["input"]["city"]) for call in _calls(answer) if _is_good(call)]


def _is_good(call: JsonObject) -> bool:
    given = call.get("input")
    return call.get("name") == "get_weather" and isinstance(given, dict) and isinstance(given.get("city"), str)


def _mended(answer: Answer, verdict: Verdict) -> Verdict:
    if any(call.repaired for call in answer.outcome.calls):
        return "partly", f"{verdict[1]}; its arguments were broken and were mended"
    return verdict


def _quoted(text: str) -> str:
    line = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
    return f"`{line if len(line) <= 60 else line[:59] + '…'}`"
