"""What is to be run. It goes to the process in its environment: a command line can be read by every user of the machine."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

VARIABLE: Final = "CCR_SERVICE"
PIPE: Final = "CCR_SERVICE_PIPE"
"""The number of the file descriptor on which the process tells its id; it stays open as long as the process is there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`config` is an absolute path, "" for what is found without one. `web_port` is mitmweb's, 0 for mitmdump.

    `private`: it serves one command only, and is not meant by those that name no port. `key` is what `ccr` shows the router to be
    told more than clients are; `web_password` opens mitmweb. Both are random.
    """

    host: str
    port: int
    config: str = ""
    web_port: int = 0
    private: bool = False
    web_password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)

    @property
    def web_url(self) -> str:
        """The page of mitmweb, logged in; "" without mitmweb. Whoever has it sees all traffic."""
        return f"http://127.0.0.1:{self.web_port}/?token={self.web_password}" if self.web_port else ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def plan_from(value: Any) -> Plan:
    """Raises ValueError for what is no plan: it may come from a file that anybody wrote."""
    kinds = {"host": str, "port": int, "config": str, "web_port": int, "private": bool, "web_password": str, "key": str}
    if not isinstance(value, dict) or any(type(value.get(each.name)) is not kinds[each.name] for each in fields(Plan)):
        raise ValueError("this is no plan of a service")
    return Plan(**{each.name: value[each.name] for each in fields(Plan)})


class _Here:
    plan: Plan | None = None


def set_here(plan: Plan) -> None:
    """This process is the service."""
    _Here.plan = plan


def here() -> Plan | None:
    """The plan by which this process runs; None in a mitmproxy that was started by hand."""
    return _Here.plan
