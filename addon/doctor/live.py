"""The providers, asked in parallel: whether they can be reached in the way the router goes, and what they say to each key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import httpx2

from addon.config.settings import Provider
from addon.models.keys import KeyTest, check_key
from addon.models.listing import models_url
from addon.models.reach import Trouble, TroubleKind, explained, open_client
from addon.trust import Trust
from translators.redact import redact

WAY_SECONDS = 8.0
"""For the connection, and again for the answer, of a call that costs nothing."""
ALL_SECONDS = 20.0
"""After which a provider that has not said everything is taken for one that does not answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one provider. `trouble` is why the router cannot reach it, None if it can. `date` is its answer's header,
    got at `at`, in seconds since 1970. `keys` are the tests of its keys, in the configuration's order, none
    where it cannot be reached.
    """

    provider: Provider
    trouble: Trouble | None = None
    date: str = ""
    at: float = 0.0
    keys: tuple[tuple[str, KeyTest], ...] = field(default=(), repr=False)

    @property
    def models(self) -> tuple[str, ...]:
        """Its live list; empty where none was had."""
        return next((tuple(each.id for each in test.models) for _, test in self.keys if test.models), ())

    @property
    def lists_all(self) -> bool:
        """Whether a model that is not in `models` is not there."""
        return all(test.whole for _, test in self.keys)

    @property
    def kind(self) -> TroubleKind | None:
        return self.trouble.kind if self.trouble else None


def ask_all(
    providers: Sequence[tuple[Provider, tuple[str, ...]]],
    trust: Trust,
    *,
    model_of: Callable[[Provider], str] = lambda _: "",
    told: Callable[[str], None] = lambda _: None,
) -> tuple[Asked, ...]:
    """Each provider with the keys to test. `model_of` names the model that may be asked for one short answer, "" for none:
    that costs money. `told` is called with a line when a provider has answered.
    """
    done: dict[str, Asked] = {}
    threads = []
    for provider, keys in providers:

        def work(provider: Provider = provider, keys: tuple[str, ...] = keys) -> None:
            done[provider.name] = _ask(provider, keys, trust, model_of(provider))
            told(f"{len(done)} of {len(providers)} providers asked")

        threads.append(threading.Thread(target=work, daemon=True, name=f"doctor-{provider.name}"))
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + ALL_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return tuple(done.get(provider.name) or _late(provider) for provider, _ in providers)


def _ask(provider: Provider, keys: tuple[str, ...], trust: Trust, model: str) -> Asked:
    """Never raises: what goes wrong with one provider must not hide what the others say."""
    try:
        asked = way(provider, trust)
        if asked.trouble is not None:
            return asked
        shown = keys or (("",) if provider.auth == "none" else ())
        return replace(asked, keys=tuple((key, check_key(provider, key, model)) for key in shown))
    except Exception as error:  # noqa: BLE001 - as above; it is reported
        said = redact(f"asking it failed: {type(error).__name__}: {error}", keys)
        return Asked(provider, Trouble("nonsense", said, "look at its entry in the configuration"))


def way(provider: Provider, trust: Trust) -> Asked:
    """One call without a credential, as the router goes. Any answer will do."""
    url = models_url(provider)
    try:
        with open_client(provider, WAY_SECONDS, trust) as client:
            answer = client.send(client.build_request("GET", url), stream=True)
            answer.close()
    except Trouble as trouble:
        return Asked(provider, trouble)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        return Asked(provider, explained(error, url, provider))
    return Asked(provider, None, answer.headers.get("date", ""), time.time())


def _late(provider: Provider) -> Asked:
    trouble = Trouble("timeout", f"no complete answer within {ALL_SECONDS:g} s", "try again; look at the network on the way")
    return Asked(provider, trouble)
