"""The addons, in the order in which they see a flow."""

from __future__ import annotations

from addon.commands import Commands
from addon.configuration import Configuration
from addon.current import Current
from addon.events_file import EventsFile
from addon.failover.fleet import Fleet
from addon.failover.guard import install
from addon.gateway import Gateway
from addon.inspect.addon import Inspect
from addon.listen import Listen

install()
current = Current()
fleet = Fleet()

addons = [
    Configuration(current),  # reads the config and reports what is wrong with it
    Listen(current),  # opens the listener once mitmproxy runs
    Gateway(current, fleet),  # routes, translates, records
    Commands(current, fleet),  # `ccr.…` at the prompt
    Inspect(),  # shows a flow to people: content views, and its line in the lists
    EventsFile(),  # one line of JSON per finished request, for programs
]
