"""Who a user may want to set up: keys in the environment, servers on this machine, and all other known providers."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from translators.provider_table import KNOWN, Known

LOCAL_SECONDS = 1.0
PLACEHOLDER = "RESOURCE"
"""In a known base URL: something that only the user knows."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`reason` says why it is offered, for people; `ready` that nothing is missing: its key is set, or it needs none."""

    known: Known
    reason: str
    ready: bool

    @property
    def name(self) -> str:
        return self.known.name


def offers(env: Mapping[str, str]) -> list[Offer]:
    """Those that are ready come first; Anthropic, which Claude Code's own login serves, comes after them."""
    local = [known for known in KNOWN if not known.key_variable]
    with ThreadPoolExecutor(len(local)) as pool:
        answering = dict(zip((known.name for known in local), pool.map(answers, local), strict=True))
    found = [offer for known in KNOWN if (offer := _offer(known, env, answering))]
    return sorted(found, key=lambda offer: (not offer.ready, offer.name != "anthropic"))


def answers(known: Known) -> bool:
    """Whether a model server answers at a known provider's local address: its list of models is JSON."""
    try:
        with httpx2.Client(timeout=LOCAL_SECONDS, trust_env=False) as client:
            response = client.get(f"{known.base_url}/models")
            return response.status_code == 200 and isinstance(response.json(), dict | list)
    except (httpx2.HTTPError, ValueError, OSError):
        return False


def is_set(env: Mapping[str, str], variable: str) -> bool:
    return bool(env.get(variable, "").strip())


def _offer(known: Known, env: Mapping[str, str], answering: Mapping[str, bool]) -> Offer | None:
    if not known.key_variable:
        where = urlsplit(known.base_url).netloc
        return Offer(known, f"answers at {where}", True) if answering[known.name] else _silent(known, where)
    if is_set(env, known.key_variable):
        return Offer(known, f"${known.key_variable} is set", True)
    if known.name == "anthropic":
        return Offer(known, "with Claude Code's own login", False)
    return Offer(known, f"needs ${known.key_variable}", False)


def _silent(known: Known, where: str) -> Offer | None:
    """Servers that are known by a port of their own are worth naming; `vllm` and `llamacpp` run on anybody's."""
    return Offer(known, f"does not answer at {where}", False) if known.port else None
