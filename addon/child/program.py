"""The process of a router that somebody owns: mitmdump, or mitmweb, with the addon, which ends when its owner does, however.

`python -u -P -m addon.child.program PROGRAM ARGUMENT…`: PROGRAM is `mitmdump` or `mitmweb`, the rest is for it. Standard input
is a pipe whose writing end the owner holds.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Final

PATIENCE: Final = 5.0
"""Seconds that mitmproxy has to end by itself."""


def main() -> None:
    """Run until SIGTERM, or until the owner is gone. Ends with mitmproxy's status."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the owner may have held signals back
    name, arguments = sys.argv[1], sys.argv[2:]
    threading.Thread(target=_end_with_the_owner, daemon=True).start()
    from mitmproxy.tools import main as programs  # noqa: PLC0415  a third of a second, in which the owner may end

    sys.argv = [name]  # what is no option of mitmproxy's is not to be taken for one
    (programs.mitmweb if name == "mitmweb" else programs.mitmdump)(arguments)


def _end_with_the_owner() -> None:
    os.read(0, 1)  # returns when the writing end is closed: nothing is ever written
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    main()
