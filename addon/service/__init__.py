"""The router as a service of this machine: started, found, stopped.

place.py        where its files are
probe.py        who answers at an address
plan.py         what is to be run: config, address, mitmweb
state.py        what a service writes down of itself
start.py        starting it, and using the one that runs
failing.py      why it did not start, in sentences
lock.py         one start at a time
child.py        the process itself: mitmdump or mitmweb with the addon
output.py       its log file, bounded
foreground.py   the same in this process, for containers and systemd
init.py         as the first process of a container
find.py         which service is meant, among those that run
processes.py    processes told apart from later ones of the same id
stop.py         ending one, and starting it anew
report.py       what `ccr status` shows
logs.py         reading the log, following it
web.py          mitmweb's page, with its login
unit/           a systemd unit, a launchd agent
"""
