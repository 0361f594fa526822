"""The proxy on the way to a provider: the one that the configuration names, else the environment's, as other programs obey it.

What runs on this machine is asked directly, and so is what NO_PROXY names, unless the provider has a proxy of its own.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from addon.config import urls
from addon.config.document import Findings, Path

ANY_SCHEME = ("ALL_PROXY", "all_proxy")
BY_SCHEME = {"https": ("HTTPS_PROXY", "https_proxy", *ANY_SCHEME), "http": ("HTTP_PROXY", "http_proxy", *ANY_SCHEME)}
EXCEPTIONS = ("NO_PROXY", "no_proxy")


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url` is `http://host:port`, "" for none. `login` is `user:password`, which only the environment may hold.

    `source` is who names it: `proxy_url`, or a variable with its `$`.
    """

    url: str = ""
    login: str = field(default="", repr=False)
    source: str = ""

    def __bool__(self) -> bool:
        return bool(self.url)


DIRECT = Proxy()


class UnusableProxy(ValueError):
    """The environment names one that cannot be used. The message says which variable, and why; it holds no password."""


def check_proxy(url: str, path: Path, findings: Findings) -> None:
    """Of the configuration, at that path in it."""
    try:
        urls.split(url)
    except urls.BadUrl as error:
        hint = "write it as `http://host:port`" + ("; HTTPS_PROXY of the environment may hold a login" if "@" in url else "")
        findings.problem(path, f"{findings.document.quote(path)} {error}", hint)


def proxy_for(url: str, general: str, env: Mapping[str, str]) -> Proxy:
    """For a provider at `url` that has no proxy of its own; `general` is the configuration's. Raises UnusableProxy."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if urls.is_loopback(host) or is_excepted(host, parts.port, env):
        return DIRECT
    if general:
        return Proxy(general, source="proxy_url")
    variable = next((name for name in BY_SCHEME.get(parts.scheme, ()) if env.get(name, "").strip()), "")
    return _read(variable, env[variable].strip()) if variable else DIRECT


def is_excepted(host: str, port: int | None, env: Mapping[str, str]) -> bool:
    """Whether NO_PROXY names the host: itself, a domain above it, `*`, an address or a network; with a port, for that one."""
    listed = next((env[name] for name in EXCEPTIONS if env.get(name, "").strip()), "")
    return any(_names(each, host.lower(), port) for each in listed.lower().replace(",", " ").split())


def _names(exception: str, host: str, port: int | None) -> bool:
    if exception == "*":
        return True
    name, colon, wanted = exception.rpartition(":")
    if colon and wanted.isdecimal() and (":" not in name or name.startswith("[")):
        if port is not None and int(wanted) != port:
            return False
        exception = name
    exception = exception.strip("[]")
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(exception, strict=False)
    except ValueError:
        domain = exception.removeprefix("*").removeprefix(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _read(variable: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        login = ":".join(unquote(part) for part in (parts.username, parts.password) if part is not None)
        address = parts._replace(netloc=parts.netloc.rpartition("@")[2], path="", query="", fragment="").geturl()
        urls.split(address)
    except urls.BadUrl as error:
        raise UnusableProxy(f"the proxy in `{variable}` {error}; the router knows http proxies only") from None
    except ValueError:
        raise UnusableProxy(f"the proxy in `{variable}` is no address; write it as `http://host:port`") from None
    return Proxy(address, login, f"${variable}")
