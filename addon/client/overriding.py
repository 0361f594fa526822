"""What in the user's Claude settings goes before the environment that `ccr` gives the client. Nothing is changed there.

Each rule was measured with Claude Code 2.1.197. An `apiKeyHelper`, an `ANTHROPIC_API_KEY` and an `ANTHROPIC_CUSTOM_HEADERS` there
are sent to the router beside the token, and a `model` is routed like any other: none of them leads elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from addon.client.environment import ELSEWHERE, UNUSED
from addon.client.settings_files import MANAGED, SettingsFile, settings_files

BASE_URL, TOKEN, TIMEOUT = "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "API_TIMEOUT_MS"
HIDDEN: Final = "(not shown)"
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_PROXIES: Final = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
_LOGIN: Final = ("forceLoginMethod", "forceLoginOrgUUID")


@dataclass(frozen=True, slots=True)
class Override:
    """`key` of the settings `file` (`env.NAME` or a name) has `value`, never a secret one; `effect` and `hint` are phrases."""

    file: str
    key: str
    value: str
    effect: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}: `{self.key}` is {self.value}: {self.effect}; hint: {self.hint}"


@dataclass(frozen=True, slots=True)
class _Setting:
    """A variable as the settings leave it, and the file that has the last word on it."""

    name: str
    value: str
    file: str

    def says(self, effect: str, value: str = "", hint: str = "") -> Override:
        shown = value or (f"`{self.value}`" if self.value else "empty")
        return Override(self.file, f"env.{self.name}", shown, effect, hint or "remove it there")


def overrides(
    environment: Mapping[str, str], args: Sequence[str] = (), *, cwd: Path | None = None, managed: Path = MANAGED
) -> list[Override]:
    """What keeps a client with this `environment` (of `client_environment`) and these `args` from asking the router."""
    if environment.get("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "").lower() in _TRUE:
        return []  # the client then leaves such variables of its settings alone
    files = settings_files(environment, args, cwd, managed)
    settings = {name: _Setting(name, value, file.name) for file in files for name, value in file.env.items()}
    found = [*_elsewhere(environment, settings), *_token(environment, settings), *_proxy(environment, settings)]
    return [*found, *_timeout(environment, settings), *_forced_login(environment, files)]


def _elsewhere(environment: Mapping[str, str], settings: Mapping[str, _Setting]) -> Iterator[Override]:
    base = settings.get(BASE_URL)
    if base and base.value.rstrip("/") != environment[BASE_URL].rstrip("/"):
        yield base.says(
            "Claude Code asks that address, not ccr" if base.value else "Claude Code asks Anthropic, not ccr", _bare(base)
        )
    for name in ELSEWHERE:
        if (switch := settings.get(name)) and _is_on(switch):
            yield switch.says("Claude Code asks that service, not ccr")


def _bare(base: _Setting) -> str:
    """The address, without a user name and a password."""
    return f"`{base.value.replace(urlsplit(base.value).netloc, _host(base.value))}`" if "@" in base.value else ""


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _is_on(switch: _Setting) -> bool:
    return bool(switch.value) if switch.name == "ANTHROPIC_UNIX_SOCKET" else switch.value.lower() in _TRUE


def _token(environment: Mapping[str, str], settings: Mapping[str, _Setting]) -> Iterator[Override]:
    ours, theirs = environment.get(TOKEN, ""), settings.get(TOKEN)
    if theirs is None or ours in (UNUSED, theirs.value):
        return
    if ours:
        yield theirs.says("it is shown instead of the router's client key, which then refuses the request", HIDDEN)
    elif theirs.value:
        yield theirs.says("it is sent to Anthropic instead of your login", HIDDEN)


def _proxy(environment: Mapping[str, str], settings: Mapping[str, _Setting]) -> Iterator[Override]:
    """A proxy is asked for the router's address where the settings replace the list of exceptions."""
    merged = {**environment, **{name: each.value for name, each in settings.items()}}
    name = "no_proxy" if merged.get("no_proxy") else "NO_PROXY"
    host = urlsplit(environment[BASE_URL]).hostname or ""
    if name in settings and any(merged.get(each) for each in _PROXIES) and not _excepts(settings[name].value, host):
        yield settings[name].says(f"Claude Code asks its proxy for {host}", hint=f"add `{host}` to it")


def _excepts(no_proxy: str, host: str) -> bool:
    names = (each.rpartition(":")[0] if each.count(":") == 1 else each for each in no_proxy.replace(",", " ").split())
    return any(name in ("*", host) or (name and host.endswith("." + name.lstrip("*."))) for name in names)


def _timeout(environment: Mapping[str, str], settings: Mapping[str, _Setting]) -> Iterator[Override]:
    ours, theirs = environment.get(TIMEOUT, ""), settings.get(TIMEOUT)
    if theirs and ours.isdecimal() and theirs.value.isdecimal() and 0 < int(theirs.value) < int(ours):
        yield theirs.says(f"Claude Code gives a request up before ccr does ({ours} ms)")


def _forced_login(environment: Mapping[str, str], files: Sequence[SettingsFile]) -> Iterator[Override]:
    """In managed settings alone: elsewhere it only chooses the way to log in."""
    for file in files:
        for key in _LOGIN:
            if file.managed and TOKEN in environment and file.content.get(key):
                hint = "ask who manages this machine; a config that passes your own login on works"
                yield Override(file.name, key, f"`{file.content[key]}`", "Claude Code does not start with another login", hint)
