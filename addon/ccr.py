"""What `mitmdump -s addon/ccr.py` loads: the ordered list of addons, and a sentence where they cannot be had.

This file must be readable by whatever Python a mitmproxy brings along.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from addon.requirements import check  # noqa: E402 - found through the line above
from addon.startup import refuse  # noqa: E402

try:
    check()
    from addon.assembly import addons
except ImportError as error:
    refuse(str(error))
    addons = []
