"""Files of certificates: those that variables and options point to, and mitmproxy's own authority."""

from __future__ import annotations

import os
import re
import ssl
import stat
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from mitmproxy.certs import Cert

from addon.config import urls
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, Fix, ok, problem, unless_wrong, warning

BUNDLES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Variables that name a file of certificates: Claude Code's, then those of most other programs."""
FOLDERS = ("SSL_CERT_DIR",)
OPTIONS = ("ssl_verify_upstream_trusted_ca", "ssl_verify_upstream_trusted_confdir")

AUTHORITY, AUTHORITY_KEY = "mitmproxy-ca-cert.pem", "mitmproxy-ca.pem"
SOON = timedelta(days=14)
ONLY_ME = 0o600

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class Unusable(Exception):
    """A file holds no certificate that can be used. The message says why, without the file's name."""


def certificates_in(path: Path) -> list[Cert]:
    """Raises Unusable."""
    try:
        found = _PEM.findall(path.read_bytes())
    except FileNotFoundError:
        raise Unusable("there is no such file") from None
    except OSError as error:
        raise Unusable(f"cannot be read: {error.strerror or error}") from None
    certs = [cert for each in found if (cert := _parsed(each))]
    if not certs:
        raise Unusable("holds only damaged certificates" if found else "holds no certificate in PEM form")
    return certs


def _parsed(pem: bytes) -> Cert | None:
    """None for one that is damaged. Bundles hold old authorities' odd ones, of which `cryptography` would warn on the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Cert.from_pem(pem)
        except ValueError:
            return None


def issuer_of(der: bytes) -> str:
    """The name of who signed it; "" where that cannot be read."""
    try:
        issuer = dict(Cert.from_pem(ssl.DER_cert_to_PEM_cert(der).encode()).issuer)
    except ValueError:
        return ""
    return str(issuer.get("CN") or issuer.get("O") or "")


def certificates(context: Context) -> Findings:
    """Variables of this shell and options of mitmproxy that point to certificates."""
    named = [(f"${name}", value) for name in (*BUNDLES, *FOLDERS) if (value := context.around.env.get(name))]
    named += [(name, str(value)) for name in OPTIONS if (value := context.mitmproxy.options.get(name))]
    names = ", ".join(name for name, _ in named)
    fine = ok(f"certificate files that are named are there: {names}" if names else "no certificates are set")
    yield from unless_wrong([*_wrong(context, named), *_not_verified(context)], fine)


def _wrong(context: Context, named: list[tuple[str, str]]) -> Iterator[Finding]:
    for name, value in named:
        path = Path(value).expanduser()
        try:
            if name.endswith(("_DIR", "_confdir")):
                _check_folder(path)
            else:
                _check_fresh(certificates_in(path))
        except Unusable as error:
            who = (
                "Claude Code" if name == "$NODE_EXTRA_CA_CERTS" else "the router" if name in OPTIONS else "programs that obey it"
            )
            what = f"{name} points to {context.around.short(path)}: {error}"
            fix = f"correct it{', or unset it' if name.startswith('$') else f' in {context.mitmproxy.folder}/config.yaml'}"
            yield problem(what, name, f"{who} cannot trust what it was to trust", fix=fix)


def _check_folder(path: Path) -> None:
    if not path.is_dir():
        raise Unusable("there is no such folder")


def _check_fresh(certs: list[Cert]) -> None:
    """A bundle may hold old ones beside good ones."""
    if all(cert.notafter < datetime.now(tz=UTC) for cert in certs):
        raise Unusable(f"expired on {max(cert.notafter for cert in certs):%Y-%m-%d}")


def _not_verified(context: Context) -> Iterator[Finding]:
    if context.mitmproxy.options.get("ssl_insecure") is True:
        where = context.around.short(context.mitmproxy.folder / "config.yaml")
        why = "whoever stands between can read keys and prompts"
        yield problem("mitmproxy does not verify the providers' certificates (ssl_insecure)", where, why, fix="remove that line")


# --- mitmproxy's own authority


def authority(context: Context) -> Findings:
    """The certificate by which mitmproxy signs, needed only where Claude Code is sent through it as a forward proxy."""
    folder = context.mitmproxy.folder
    found = list(_authority(context, folder))
    yield from found
    if not found:
        yield ok(f"mitmproxy's CA certificate: {_state(context, folder)}")


def _state(context: Context, folder: Path) -> str:
    if not (folder / AUTHORITY).exists():
        return "none yet, and none is needed (it is made at the first start)"
    return f"{context.around.short(folder / AUTHORITY)}, good until {certificates_in(folder / AUTHORITY)[0].notafter:%Y-%m-%d}"


def _authority(context: Context, folder: Path) -> Iterator[Finding]:
    path = folder / AUTHORITY
    proxied = sent_through_us(context)
    if path.exists() or path.is_symlink():
        yield from _own_certificate(context, path)
    elif proxied:
        why = "Claude Code goes through a proxy on this machine, and can trust it by this file only"
        yield problem("mitmproxy's CA certificate is missing", str(path), why, fix="start the router once: it makes the file")
    yield from _own_key(context, folder / AUTHORITY_KEY)
    if proxied:
        yield from _given(context, path, proxied)


def _own_certificate(context: Context, path: Path) -> Iterator[Finding]:
    where = context.around.short(path)
    renew = f"move {context.around.short(path.parent)}/mitmproxy-ca* away, `ccr restart`, and trust the new one"
    try:
        until = certificates_in(path)[0].notafter
    except Unusable as error:
        yield problem(f"mitmproxy's CA certificate {error}", where, fix=f"`chmod u+r {where}`, or {renew}")
        return
    now = datetime.now(tz=UTC)
    if until < now:
        yield problem(
            f"mitmproxy's CA certificate expired on {until:%Y-%m-%d}", where, "no client accepts what it signs", fix=renew
        )
    elif until < now + SOON:
        yield warning(f"mitmproxy's CA certificate expires on {until:%Y-%m-%d}", where, fix=renew)


def _own_key(context: Context, path: Path) -> Iterator[Finding]:
    """Whoever has the authority's key can pretend to be any site to those that trust it."""
    if os.name != "posix" or not path.exists():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        where = context.around.short(path)
        safe = Fix(f"make {where} yours alone (chmod 600)", lambda: _close(path, where))
        why = "with it others can pretend to be any site to programs that trust mitmproxy"
        yield problem(
            f"the key of mitmproxy's CA can be read by others (mode {mode:03o})",
            where,
            why,
            fix=f"`chmod 600 {where}`",
            safe_fix=safe,
        )


def _close(path: Path, shown: str) -> str:
    path.chmod(ONLY_ME)
    return f"{shown} has mode 600 now"


def sent_through_us(context: Context) -> str:
    """The variable that sends this shell's Claude Code through a proxy on this machine, "" if none does."""
    name, value = context.around.variable("HTTPS_PROXY", "https_proxy")
    local = name and urls.is_loopback(host_of(value))
    return name if local and not context.around.env.get("ANTHROPIC_BASE_URL") else ""


def host_of(proxy: str) -> str:
    """A proxy may be written without its scheme."""
    try:
        return urlsplit(proxy if "//" in proxy else f"http://{proxy}").hostname or ""
    except ValueError:
        return ""


def _given(context: Context, path: Path, variable: str) -> Iterator[Finding]:
    """Whether Claude Code is given the certificate of the proxy it is sent through."""
    named = context.around.env.get("NODE_EXTRA_CA_CERTS", "")
    fix = f"`export NODE_EXTRA_CA_CERTS={path}`"
    try:
        ours = certificates_in(path)[0]
        trusted = certificates_in(Path(named).expanduser()) if named else []
    except Unusable:
        return  # said above, or by the check of the variables
    if ours.fingerprint() not in {cert.fingerprint() for cert in trusted}:
        what = f"${variable} sends Claude Code through mitmproxy, whose CA certificate it is not given"
        yield problem(
            what, f"$NODE_EXTRA_CA_CERTS{' is another file' if named else ' is not set'}", "it refuses to connect", fix=fix
        )
