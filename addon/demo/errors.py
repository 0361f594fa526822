"""Why a demo ended without having shown anything."""

from __future__ import annotations


class DemoFailed(Exception):
    """What failed, and a hint where there is one: for people."""
