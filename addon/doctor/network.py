"""The way to the providers: proxies that are not there, proxies that sign TLS themselves, certificates that point nowhere."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from addon.config import urls
from addon.config.settings import ROUTE_NAMES, Settings
from addon.doctor import certificates
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, unless_wrong, warning
from addon.doctor.live import Asked, way
from addon.service.place import config_home
from addon.trust import OPTIONS, Trust

PROXY_NAMES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
SYSTEM_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Where systems keep their certificates, a company's among them: Debian, Red Hat, macOS and Alpine."""
CONNECT_SECONDS = 3.0
NEVER_PROXIED = ("127.0.0.1", "localhost")


def reach(context: Context) -> Findings:
    """Whether the router reaches each provider, and what stands in between."""
    if not context.answers:
        yield note("providers were not asked (--offline)")
    for asked in context.answers:
        yield ok(f"{asked.provider.name}: answers at {_origin(asked)}") if asked.trouble is None else _unreached(context, asked)


def _unreached(context: Context, asked: Asked) -> Finding:
    assert asked.trouble is not None
    proxy = asked.provider.proxy
    where = _origin(asked) + (f" by the proxy {proxy.url} ({proxy.source})" if proxy else "")
    what = f"{asked.provider.name}: {asked.trouble}"
    if asked.kind == "tls":
        return _untrusted(context, asked, where, what)
    said = problem if asked.provider.name in _routed(context.settings) else warning
    return said(what, where, fix=asked.trouble.hint or "check the URL and your network")


def _routed(settings: Settings) -> set[str]:
    """The providers that some route or fallback asks: the others wait for a model named by hand."""
    router = settings.router
    choices = [*router.routes.values(), *(choice for name in ROUTE_NAMES for choice in router.fallbacks(name))]
    return {choice.provider for choice in choices}


def _untrusted(context: Context, asked: Asked, where: str, what: str) -> Finding:
    """A proxy that opens TLS signs with a certificate of its own, which only those trust who were told of it."""
    issuer = "" if asked.provider.proxy else _issuer(asked)
    signed = f"its certificate is signed by `{issuer}`" if issuer else "its certificate is signed by somebody who is not trusted"
    why = f"{signed}; a company's proxy that looks into TLS does that, or it is the server's own"
    said = problem if asked.provider.name in _routed(context.settings) else warning
    return said(what, where, why, fix=_trusting(context, _trusted_elsewhere(context, asked)))


def _trusted_elsewhere(context: Context, asked: Asked) -> str:
    """A file of certificates, known on this machine, by which the server would be trusted; "" if there is none."""
    named = [context.around.env.get(name, "") for name in certificates.BUNDLES]
    files = dict.fromkeys(str(Path(each).expanduser()) for each in (*named, *SYSTEM_BUNDLES) if each)
    return next((file for file in files if Path(file).is_file() and _trusts(asked, file)), "")


def _trusts(asked: Asked, file: str) -> bool:
    return way(asked.provider, Trust(file)).trouble is None


def _trusting(context: Context, known: str) -> str:
    """Both lists in one file: what is named takes the place of certifi's. It is added to, for it may serve another provider."""
    folder = config_home() if config_home().is_dir() else context.around.home
    bundle = folder / "ccr-certificates.pem"
    one = f"`cat {certifi.where()} {known or '/path/to/that-CA.pem'} >> {bundle}`"
    if any(context.mitmproxy.options.get(name) for name in OPTIONS):
        config = context.around.short(context.mitmproxy.folder / "config.yaml")
        return f"{one}, `{OPTIONS[0]}: {bundle}` in {config}, then `ccr restart`"
    return f"{one}, `export SSL_CERT_FILE={bundle}` here and in your shell's start-up file, then `ccr restart`"


def _issuer(asked: Asked) -> str:
    """Who signed what the server shows. It is only looked at: nothing is sent over this connection."""
    parts = urlsplit(asked.provider.base_url)
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    host = parts.hostname or ""
    try:
        with (
            socket.create_connection((host, parts.port or 443), CONNECT_SECONDS) as plain,
            unverified.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
    except OSError:
        return ""
    return certificates.issuer_of(shown or b"")


def _origin(asked: Asked) -> str:
    return _host(asked.provider.base_url)


def _host(url: str) -> str:
    """Without user name, password and path; as it is where it is no URL."""
    scheme, slashes, rest = url.rpartition("//")
    return f"{scheme}{slashes}{rest.partition('/')[0].rpartition('@')[2]}"


# --- proxies


def proxies(context: Context) -> Findings:
    """The proxies of this shell and of the configuration: whether they are there, and whether our own address goes past them."""
    found = [*_reached(context), *_not_past(context)]
    named = _named(context)
    fine = ok("the proxies that are set can be reached: " + ", ".join(named)) if named else ok("no proxy is set")
    yield from unless_wrong(found, fine)


def _named(context: Context) -> dict[str, list[str]]:
    """Each proxy's address with where it is set. Local names of the same kind count once."""
    named: dict[str, list[str]] = {}
    for name in PROXY_NAMES:
        if value := context.around.env.get(name):
            named.setdefault(_host(value if "//" in value else f"http://{value}"), []).append(f"${name}")
    settings = context.config.settings
    for provider in settings.providers.values() if settings else ():
        if provider.proxy and provider.proxy.source not in (places := named.setdefault(provider.proxy.url, [])):
            places.append(provider.proxy.source)
    return named


def _reached(context: Context) -> Iterator[Finding]:
    named = _named(context)
    if context.offline and named:
        yield note(f"proxies were not tried (--offline): {', '.join(named)}")
        return
    with ThreadPoolExecutor() as pool:
        for (address, places), why in zip(named.items(), pool.map(_refusal, named), strict=True):
            if why:
                fix = "correct it, or unset it where no proxy is needed"
                yield problem(f"the proxy {address} cannot be reached: {why}", ", ".join(places), fix=fix)


def _refusal(address: str) -> str:
    """Why nobody can connect there; "" if one can."""
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        port = parts.port or (443 if parts.scheme == "https" else 1080 if parts.scheme.startswith("socks") else 80)
        with socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS):
            return ""
    except TimeoutError:
        return f"no answer within {CONNECT_SECONDS:g} s"
    except OSError as error:
        return error.strerror or str(error)
    except ValueError:
        return "it is no address; write `http://host:port`"


def _not_past(context: Context) -> Iterator[Finding]:
    """Claude Code sends even what is for this machine to the proxy, unless NO_PROXY says otherwise."""
    variable, value = context.around.variable(*PROXY_NAMES)
    if not variable or urls.is_loopback(certificates.host_of(value)):
        return
    name, excepted = context.around.variable("NO_PROXY", "no_proxy")
    hosts = {host.strip() for host in excepted.replace(" ", ",").split(",")}
    if "*" not in hosts and not hosts & set(NEVER_PROXIED):
        what = f"${name or 'NO_PROXY'} does not name 127.0.0.1, while ${variable} is set"
        why = "a `claude` of this shell asks the company's proxy for the router on this machine, which it cannot find"
        fix = f"`export NO_PROXY={','.join(filter(None, [excepted, *NEVER_PROXIED]))}`, or use `ccr code`, which sets it"
        yield warning(what, f"${name}" if name else "environment", why, fix=fix)
