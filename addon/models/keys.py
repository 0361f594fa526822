"""Whether a key works, told by a live call that costs nothing.

Most providers show their list of models to those with a key only, so the list proves the key. OpenRouter shows it to
everybody, and so do a few others: whether a list is public is found out by asking for it without a key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from addon.config.settings import Provider
from addon.models.asking import ask
from addon.models.getting import get
from addon.models.listing import Listed, list_models, read_list
from addon.models.reach import Trouble, open_client
from addon.models.samples import PING
from translators.providers import known_for

type KeyState = Literal["works", "refused", "no credit", "unproved", "unreachable"]

# Tells of the key in use. https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key
_KEY_PATHS = {"openrouter": "/api/v1/key"}
_ON_THE_WAY = ("refused", "dns", "timeout", "tls", "proxy", "network")


@dataclass(frozen=True, slots=True)
class KeyTest:
    """`said` is for people and holds no key; `hint` says what to do. `models` is the provider's list,
    empty where there is none; `whole` is False where it says that it has more than it gave.
    """

    state: KeyState
    said: str
    hint: str = ""
    models: tuple[Listed, ...] = ()
    whole: bool = True

    @property
    def works(self) -> bool:
        return self.state == "works"


def check_key(provider: Provider, key: str, model: str = "") -> KeyTest:
    """Tries one key; none where `key` is "".

    Where neither list nor key endpoint proves it, `model` (if given) is asked for one short answer.
    """
    try:
        listing = read_list(provider, key)
    except Trouble as trouble:
        if trouble.kind not in {"missing", "nonsense", "status"}:
            return _failed(trouble)
        return _asked(provider, key, model) if model else KeyTest("unproved", f"it cannot be tested: {trouble}", trouble.hint)
    return replace(_of_list(provider, key, model, listing.models), models=listing.models, whole=listing.whole)


def _of_list(provider: Provider, key: str, model: str, models: tuple[Listed, ...]) -> KeyTest:
    """What the key is worth where the list was had."""
    try:
        proved = not key or _proves(provider, key)
    except Trouble as trouble:
        return _failed(trouble)
    if proved:
        return KeyTest("works", _counted(models, key))
    if model:
        return _asked(provider, key, model)
    return KeyTest("unproved", f"{len(models)} models, but this list is shown without a key, too", "`ccr model test` proves it")


def _proves(provider: Provider, key: str) -> bool:
    """Whether that the list was shown means that the key is good. Raises Trouble if another call says that it is not."""
    known = known_for(provider.base_url)
    with open_client(provider) as client:
        if known and (path := _KEY_PATHS.get(known.name)):
            parts = urlsplit(provider.base_url)
            get(client, provider, key, urlunsplit((parts.scheme, parts.netloc, path, "", "")))
            return True
    try:
        list_models(provider)
    except Trouble:
        return True
    return False


def _asked(provider: Provider, key: str, model: str) -> KeyTest:
    answer = ask(provider, model, PING, key)
    if answer.fault is None:
        return KeyTest("works", f"`{model}` answers")
    match answer.fault.kind:
        case "credential":
            return KeyTest("refused", answer.said, "is it complete, of this provider, and not revoked?")
        case "billing":
            return KeyTest("no credit", answer.said, "add credit at the provider's site")
        case "network" | "timeout":
            return KeyTest("unreachable", answer.said, answer.hint)
        case _:
            return KeyTest("unproved", answer.said)


def _failed(trouble: Trouble) -> KeyTest:
    if trouble.kind == "denied":
        return KeyTest("refused", str(trouble), trouble.hint)
    if trouble.kind == "billing":
        return KeyTest("no credit", str(trouble), trouble.hint)
    state: KeyState = "unreachable" if trouble.kind in _ON_THE_WAY else "unproved"
    return KeyTest(state, str(trouble), trouble.hint)


def _counted(models: tuple[Listed, ...], key: str) -> str:
    return f"{'the key works, ' if key else 'it answers, '}{len(models)} model{'' if len(models) == 1 else 's'}"
