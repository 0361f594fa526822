"""The process of a private router: mitmdump with the addon, which ends when whoever started it does, however that ended.

`python -u -P -m addon.client.private_child FD ARGUMENT…`: FD is the reading end of a pipe whose writing end its owner holds, the
rest is mitmdump's.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Final

PATIENCE: Final = 5.0
"""Seconds that mitmdump has to end by itself."""


def main() -> None:
    """Run until SIGTERM, or until the owner is gone. Ends with mitmproxy's status."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the owner may have held signals back
    owner, arguments = int(sys.argv[1]), sys.argv[2:]
    threading.Thread(target=_end_with, args=(owner,), daemon=True).start()
    from mitmproxy.tools import main as programs  # noqa: PLC0415  a third of a second, in which the owner may end

    sys.argv = ["mitmdump"]  # what is no option of mitmproxy's is not to be taken for one
    programs.mitmdump(arguments)


def _end_with(owner: int) -> None:
    os.read(owner, 1)  # returns when the writing end is closed: nothing is ever written
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    main()
