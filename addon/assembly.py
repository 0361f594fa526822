"""The addons, in the order in which they see a flow."""

from __future__ import annotations

from addon.commands.prompt import Commands
from addon.configuration import Configuration
from addon.current import Current
from addon.events_file import EventsFile
from addon.failover.ending import Ending
from addon.failover.fleet import Fleet
from addon.failover.guard import install
from addon.gateway import Gateway
from addon.inspect.addon import Inspect
from addon.intercept import Hold
from addon.listen import Listen
from addon.memory import Memory
from addon.replay.playback import Playback
from addon.way_out import WayOut

install()
current = Current()
fleet = Fleet()
gateway = Gateway(current, fleet)

addons = [
    Configuration(current),  # reads the config and reports what is wrong with it
    Listen(current),  # opens the listener once mitmproxy runs
    WayOut(current),  # trusts and passes what stands between us and the providers
    gateway,  # routes, translates, records
    Ending(),  # answers who still waits when the router is stopped
    Playback(current),  # sends recordings to the model of `ccr_model`
    Hold(),  # stops answers that are to be looked at first
    Commands(current, fleet, gateway),  # `ccr.…` at the prompt
    Inspect(),  # shows a flow to people: content views, and its line in the lists
    Memory(),  # keeps the flows in mitmweb within bounds
    EventsFile(),  # one line of JSON per finished request, for programs
]
