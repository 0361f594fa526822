"""Whose certificates are trusted on the way to the providers.

mitmproxy's options `ssl_verify_upstream_trusted_ca` and `…_confdir`; else SSL_CERT_FILE and SSL_CERT_DIR, which other programs
obey, too; else certifi's list.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import certifi
import yaml

from addon.service import place

OPTIONS = ("ssl_verify_upstream_trusted_ca", "ssl_verify_upstream_trusted_confdir")
VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class Trust:
    """A file and a folder of certificates; "" is none, and without both it is certifi's list."""

    bundle: str = ""
    folder: str = ""
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        """The same object for equal ones. Raises OSError for files that cannot be read or hold no certificate."""
        return _context(self)


@cache
def _context(trust: Trust) -> ssl.SSLContext:
    default = not (trust.bundle or trust.folder)
    made = ssl.create_default_context(cafile=certifi.where() if default else trust.bundle or None, capath=trust.folder or None)
    if trust.insecure:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def trust_of(options: Mapping[str, Any], env: Mapping[str, str]) -> Trust:
    """By mitmproxy's options, else by the variables that can be used."""
    bundle, folder = (str(options.get(name) or "") for name in OPTIONS)
    if not (bundle or folder):
        bundle, folder = of_environment(env)
    return Trust(bundle, folder, options.get("ssl_insecure") is True)


def of_environment(env: Mapping[str, str]) -> tuple[str, str]:
    """File and folder that the variables name; "" for what is not there, or holds no certificate."""
    bundle, folder = (env.get(name, "").strip() for name in VARIABLES)
    return bundle if _holds_certificates(bundle) else "", folder if folder and Path(folder).is_dir() else ""


def _holds_certificates(bundle: str) -> bool:
    try:
        return bool(bundle) and bool(Trust(bundle).context())
    except OSError:
        return False


def standing() -> Trust:
    """What a router that is started from here trusts."""
    try:
        options = read_options(options_folder())
    except ValueError:
        options = {}  # mitmproxy does not start with it, and says why
    return trust_of(options, os.environ)


def options_folder() -> Path:
    """The one of mitmproxy itself, where its `config.yaml` and its certificates are."""
    usual = place.user_home() / ".mitmproxy"
    try:
        return place.mitmproxy_folder() or usual
    except place.NoPlace:
        return usual


def read_options(folder: Path) -> Mapping[str, Any]:
    """The options in the `config.yaml` of mitmproxy's folder, {} without one. Raises ValueError, saying why."""
    path = folder / "config.yaml"
    try:
        options: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path} cannot be read: {str(error).partition(chr(10))[0]}") from None
    if options is None or isinstance(options, dict):
        return options or {}
    raise ValueError(f"{path} is not a mapping of options")
