"""The service under the system's own care: a systemd user unit, a launchd agent.

systemd.py      the unit's text
launchd.py      the agent's property list
install.py      which of the two, where it goes, what is to be done then
"""
