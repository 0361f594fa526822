"""The providers, asked in parallel: whether they can be reached in the way the router goes, and what they say to each key.

The router goes by `proxy_url` of the configuration alone and trusts mitmproxy's certificates; the variables that other programs
obey (HTTPS_PROXY, SSL_CERT_FILE) mean nothing to it. So it can be cut off where `addon.models`, whose calls obey them, is not.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import certifi
import httpx2

from addon.config.settings import Provider
from addon.models.keys import KeyTest, check_key
from addon.models.listing import models_url
from addon.models.reach import Trouble, TroubleKind, explained
from translators.redact import redact

WAY_SECONDS = 8.0
"""For the connection, and again for the answer, of a call that costs nothing."""
ALL_SECONDS = 25.0
"""After which a provider that has not said everything is taken for one that does not answer."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the router trusts: mitmproxy's options. "" and False are their defaults (`certifi`'s certificates)."""

    bundle: str = ""
    folder: str = ""
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        """Raises OSError for files that cannot be read or hold no certificate."""
        default = not (self.bundle or self.folder)
        made = ssl.create_default_context(cafile=certifi.where() if default else self.bundle or None, capath=self.folder or None)
        if self.insecure:
            made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        return made


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one provider. `trouble` is why the router cannot reach it, None if it can. `date` is its answer's header,
    got at `at`, in seconds since 1970. `keys` are the tests of its keys, in the configuration's order; `answered` is false
    for a provider that did not say everything in time.
    """

    provider: Provider
    trouble: Trouble | None = None
    date: str = ""
    at: float = 0.0
    keys: tuple[tuple[str, KeyTest], ...] = field(default=(), repr=False)
    answered: bool = True

    @property
    def models(self) -> tuple[str, ...]:
        """Its live list; empty where none was had."""
        return next((tuple(each.id for each in test.models) for _, test in self.keys if test.models), ())

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
        asked = _way(provider, trust)
        shown = keys or (("",) if provider.auth == "none" else ())
        return replace(asked, keys=tuple((key, check_key(provider, key, model)) for key in shown))
    except Exception as error:  # noqa: BLE001 - as above; it is reported
        said = redact(f"asking it failed: {type(error).__name__}: {error}", keys)
        return Asked(provider, Trouble("nonsense", said, "look at its entry in the configuration"))


def _way(provider: Provider, trust: Trust) -> Asked:
    """One call without a credential, as the router goes. Any answer will do."""
    url = models_url(provider)
    try:
        context = trust.context()
    except OSError as error:
        what = f"mitmproxy's trusted certificates cannot be read: {error}"
        return Asked(provider, Trouble("tls", what, "correct `ssl_verify_upstream_trusted_ca` in mitmproxy's config.yaml"))
    try:
        with httpx2.Client(verify=context, proxy=provider.proxy or None, trust_env=False, timeout=WAY_SECONDS) as client:
            answer = client.send(client.build_request("GET", url), stream=True)
            answer.close()
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        return Asked(provider, explained(error, url, provider))
    return Asked(provider, None, answer.headers.get("date", ""), time.time())


def _late(provider: Provider) -> Asked:
    trouble = Trouble("timeout", f"no complete answer within {ALL_SECONDS:g} s", "try again; look at the network on the way")
    return Asked(provider, trouble, answered=False)
