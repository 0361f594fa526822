from __future__ import annotations

import signal

# Whoever runs the tests in the background, as `nohup` or a shell's `&` do, has these ignored, and so would all programs that the
# tests start: those are to end at Ctrl-C and with their terminal.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
