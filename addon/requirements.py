"""The check that the mitmproxy we were loaded into has what we need: one line instead of a traceback.

mitmproxy from a system package, brew or pipx lives in an environment of its own. This file must be readable by older Pythons.
"""

import sys
from importlib.util import find_spec

MODULES = {
    "pydantic": "pydantic",
    "yaml": "pyyaml",
    "rich": "rich",
    "json_repair": "json-repair",
    "json5": "json5",
    "genai_prices": "genai-prices",
    "rapidfuzz": "rapidfuzz",
}
"""What is imported, and the package that brings it."""


def check() -> None:
    """Raises ImportError naming everything that is missing and the commands that bring it."""
    uv = "in ccr's folder `uv run mitmdump -s addon/ccr.py`"
    if sys.version_info < (3, 12):  # noqa: UP036 - the mitmproxy that loads this file brought its own Python
        version = "%s.%s" % sys.version_info[:2]  # noqa: UP031 - as above
        raise ImportError("Python 3.12 or newer is needed, this mitmproxy has " + version + "; hint: " + uv)
    missing = [package for module, package in MODULES.items() if find_spec(module) is None]
    if missing:
        packages, pip = " ".join(missing), f"`{sys.executable} -m pip install {' '.join(missing)}`"
        raise ImportError(f"this mitmproxy lacks {packages}; hint: {uv}, or `pipx inject mitmproxy {packages}`, or {pip}")
