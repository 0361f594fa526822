"""Recorded requests, asked of several models, some at once; each answer is kept as it comes.

The models take turns request by request, so that a run that ends early has measured all of them by the same requests.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from mitmproxy import http

from addon.config.settings import Provider, Settings
from addon.current import Current
from addon.lab.budget import Estimate, Purse, check, estimated, priced, usual_output
from addon.lab.engine import Engine
from addon.lab.figures import is_unpriced
from addon.lab.results import Result, Results, setup_of
from addon.recordings.exchange import Answer, Exchange
from addon.recordings.recording import Recording
from addon.replay.forced import model_named

type Stop = Literal["", "interrupted", "terminated", "budget"]

_SIGNALS: Final[Mapping[signal.Signals, Stop]] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


_TURNS: Final = 5
"""Of the event loop: as many as it takes from a request's beginning to its being sent."""


class Watcher(Protocol):
    """Is told what happens."""

    def begin(self, pairs: int, known: int) -> None: ...
    def heard(self, model: str, answer: Answer, spent: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model to be measured: `name` is `provider,model` as configured."""

    name: str
    model: str
    provider: Provider = field(repr=False)
    setup: str


@dataclass(frozen=True, slots=True)
class Pair:
    exchange: Exchange
    flow: http.HTTPFlow = field(repr=False)
    contestant: Contestant
    estimate: float


@dataclass(slots=True)
class Run:
    """`answers` by exchange id and model. `known`: measured before; `asked`: now; `left`: not yet, and `stop` says why.

    `known_errors`: those of `known` that are errors.
    """

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    known: int = 0
    known_errors: int = 0
    asked: int = 0
    left: int = 0
    stop: Stop = ""
    spent: float = 0.0
    seconds: float = 0.0


class UnusableModel(Exception):
    """A model cannot be measured. The message is for people."""


def contestants(models: Sequence[str], settings: Settings) -> list[Contestant]:
    """Raises `UnusableModel`."""
    found: dict[str, Contestant] = {}
    for text in models:
        try:
            choice = model_named(text, settings)
        except ValueError as error:
            raise UnusableModel(str(error)) from None
        provider = settings.providers[choice.provider]
        if provider.auth == "client":
            hint = f"give `{provider.name}` an `api_key` in the config"
            raise UnusableModel(f"`{choice}` is asked with the client's own login, which a recording does not hold; hint: {hint}")
        found[str(choice)] = Contestant(str(choice), choice.model, provider, setup_of(provider, choice.model))
    return list(found.values())


class Lab:
    """One run. `results` must be open; `each` is called with every flow that was asked now, which holds both answers."""

    def __init__(
        self,
        recording: Recording,
        contestants: Sequence[Contestant],
        results: Results,
        *,
        budget: float | None = None,
        each: Callable[[http.HTTPFlow], None] | None = None,
    ) -> None:
        self._results, self._each = results, each
        self._run = Run()
        self._purse = Purse(budget)
        usual = usual_output(recording.exchanges)
        pairs = [
            Pair(exchange, flow, one, estimated(exchange, one.provider, one.model, usual) or 0.0)
            for exchange, flow in zip(recording.exchanges, recording.flows, strict=True)
            for one in contestants
        ]
        self._take_known(pairs, contestants)
        self._queue = deque(pair for pair in pairs if (pair.exchange.id, pair.contestant.name) not in self._run.answers)
        self._estimates = [_estimate(one, self._queue, usual) for one in contestants]

    @property
    def estimates(self) -> list[Estimate]:
        """What is still to be asked will cost, for each model."""
        return self._estimates

    @property
    def known(self) -> int:
        return self._run.known

    def check_budget(self) -> None:
        """Raises `OverBudget`."""
        if self._purse.budget is not None and self._queue:
            check(self._estimates, self._purse.spent, self._purse.budget)

    async def run(self, current: Current, watcher: Watcher, concurrency: int) -> Run:
        run = self._run
        watcher.begin(run.known + len(self._queue), run.known)
        begun = time.monotonic()
        if self._queue:
            async with Engine(current) as engine:
                with _signals() as stopped:
                    run.stop = await self._ask_all(engine, watcher, concurrency, stopped)
        run.seconds = time.monotonic() - begun
        run.left, run.spent = len(self._queue), self._purse.spent
        return run

    def _take_known(self, pairs: Sequence[Pair], contestants: Sequence[Contestant]) -> None:
        setups = {(one.name, one.setup): one for one in contestants}
        wanted = {(pair.exchange.id, pair.contestant.name): pair for pair in pairs}
        for result in self._results.known:
            key, one = (result.id, result.model), setups.get((result.model, result.setup))
            if key in wanted and one is not None:
                self._run.answers[key] = priced(result.answer, one.provider, one.model)
        for key, answer in self._run.answers.items():
            self._purse.reserve(wanted[key].estimate)
            self._purse.pay(wanted[key].estimate, answer.cost, free=not is_unpriced(answer))
        self._run.known = len(self._run.answers)
        self._run.known_errors = sum(bool(answer.error) for answer in self._run.answers.values())

    async def _ask_all(self, engine: Engine, watcher: Watcher, concurrency: int, stopped: asyncio.Future[Stop]) -> Stop:
        tasks: dict[asyncio.Task[None], Pair] = {}
        while self._queue or tasks:
            while self._queue and len(tasks) < concurrency and self._purse.allows(self._queue[0].estimate):
                pair = self._queue.popleft()
                self._purse.reserve(pair.estimate)
                tasks[asyncio.create_task(self._ask(engine, watcher, pair))] = pair
                await _under_way()
            if not tasks:
                return "budget"
            waited: set[asyncio.Future[Any]] = {*tasks, stopped}
            done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            failed = [task for task in tasks if task in done and task.exception()]
            tasks = {task: pair for task, pair in tasks.items() if task not in done}
            if failed or stopped.done():
                await self._leave(tasks)
                for task in failed:
                    task.result()
                return stopped.result() if self._queue else ""
        return ""

    async def _leave(self, tasks: Mapping[asyncio.Task[None], Pair]) -> None:
        """What is under way is given up, to be asked again some other time."""
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        self._queue.extendleft(pair for pair, end in zip(tasks.values(), ends, strict=True) if isinstance(end, BaseException))

    async def _ask(self, engine: Engine, watcher: Watcher, pair: Pair) -> None:
        name = pair.contestant.name
        answer, flow = await engine.ask(pair.flow, name)
        self._purse.pay(pair.estimate, answer.cost, free=not is_unpriced(answer))
        try:
            if self._each is not None:
                self._each(flow)  # first: what is a result already would never come here again
        finally:
            self._results.add(Result(pair.exchange.id, name, pair.contestant.setup, answer))
        self._run.answers[pair.exchange.id, name] = answer
        self._run.asked += 1
        watcher.heard(name, answer, self._purse.spent)


def _estimate(one: Contestant, queue: Sequence[Pair] | deque[Pair], usual: int) -> Estimate:
    own = [pair for pair in queue if pair.contestant is one]
    unknown = any(estimated(pair.exchange, one.provider, one.model, usual) is None for pair in own)
    return Estimate(one.name, len(own), None if unknown else sum(pair.estimate for pair in own))


async def _under_way() -> None:
    """Give what was begun last the time to be sent, so that answers come one after the other, not all at once and each late."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


@contextmanager
def _signals() -> Iterator[asyncio.Future[Stop]]:
    """A future that is done when the program is told to end."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[Stop] = loop.create_future()

    def stop(why: Stop) -> None:
        if not stopped.done():
            stopped.set_result(why)

    try:
        for number, why in _SIGNALS.items():
            loop.add_signal_handler(number, stop, why)
    except NotImplementedError:  # Windows: there KeyboardInterrupt ends the program, and all that was heard is kept
        pass
    try:
        yield stopped
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
