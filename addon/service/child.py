"""The process that is the service: mitmdump, or mitmweb, with the addon.

`python -P -m addon.service.child` (without -P, a folder called `addon` where the user happens to be would be taken for ours),
with the plan in its environment. mitmproxy's own program runs in this process, so that the log can be bounded.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from addon import ports
from addon.service import place
from addon.service.plan import PIPE, VARIABLE, Plan, plan_from, set_here
from addon.service.processes import identity
from addon.service.state import State, remove_state, write_state

REFUSED: Final = "!~meta ^ccr: & (~c 400 | ~c 401 | ~c 403 | ~c 404 | ~c 413)"
"""The flows that mitmdump is to have a line for: the addon has one for each that it routed, and health checks are noise."""

SCRIPT: Final = Path(__file__).resolve().parents[1] / "ccr.py"


def main() -> None:
    """Detach from whoever started this, and run. Ends with mitmproxy's status."""
    import json  # noqa: PLC0415  only here

    from mitmproxy import log  # noqa: PLC0415  as above

    from addon.service import output  # noqa: PLC0415  a service in the foreground has a terminal instead

    plan = plan_from(json.loads(os.environ.pop(VARIABLE)))
    pipe = int(os.environ.pop(PIPE))
    if os.fork():
        os._exit(0)  # the service is nobody's child: nobody else has to wait for its end
    os.set_inheritable(pipe, False)
    os.write(pipe, f"{os.getpid()}\n".encode())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    output.redirect(place.log_file(plan.port))
    log.MitmFormatter.default_time_format = "%Y-%m-%d %H:%M:%S"  # a service runs for days
    run(plan, log=str(place.log_file(plan.port)))


def run(plan: Plan, log: str = "") -> None:
    """Be the service until it is ended. Raises SystemExit with mitmproxy's status where it cannot start."""
    from mitmproxy.tools import main as programs  # noqa: PLC0415  a third of a second

    set_here(plan)
    logging.getLogger("mitmproxy.proxy.server").setLevel(logging.WARNING)  # else each connection says when it comes and goes
    sys.argv = ["mitmweb" if plan.web_port else "mitmdump"]  # what is no option of mitmproxy's is not to be taken for one
    write_state(State(os.getpid(), identity(os.getpid()), plan, log))
    try:
        (programs.mitmweb if plan.web_port else programs.mitmdump)(list(arguments(plan)))
    finally:
        remove_state(plan.port, os.getpid())


def arguments(plan: Plan) -> Iterator[str]:
    """What mitmproxy's program is told. It is never on a command line."""
    yield from ("-s", str(SCRIPT))
    for name, value in _options(plan):
        yield from ("--set", f"{name}={value}")


def _options(plan: Plan) -> Iterator[tuple[str, str]]:
    if folder := place.mitmproxy_folder():
        yield "confdir", str(folder)
    yield "server", "false"  # no default listener: the addon opens its own
    if not plan.web_port:
        yield "dumper_filter", REFUSED
    yield "ccr_listen", ports.shown(plan.host, plan.port)
    yield "ccr_config", plan.config
    if plan.web_port:
        yield "web_host", "127.0.0.1"
        yield "web_port", str(plan.web_port)
        yield "web_open_browser", "false"
        yield "web_password", _hashed(plan.web_password)


def _hashed(password: str) -> str:
    """A plain password would be warned of. The cheapest hash will do: it is 128 random bits that are hidden."""
    import argon2  # noqa: PLC0415  mitmproxy's; only mitmweb needs it

    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


if __name__ == "__main__":
    main()
