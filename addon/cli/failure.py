"""How a command of the program says that it cannot go on."""

from __future__ import annotations


class Failed(Exception):
    """The message is for people: what failed, where, and after `hint:` what to do. `status` is the program's exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
