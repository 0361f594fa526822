"""`ccr init`: from nothing to a configuration that works.

``offers``      who there is to ask: providers whose key is set, servers of this machine that answer, the other known ones
``plan``        what is to be written, as data; a provider of it as the router would have it
``proposal``    which model for which route
``rendering``   a plan as a commented YAML file
``importing``   Claude Code Router's configuration as ours, with plaintext keys taken out
``shaping``     its file
``destination`` where it is written, and the checks before that
``questions``   asking at the terminal
``dialogue``    the whole conversation
``flags``       the same without one
``pick``        choosing routes later on, for `ccr model`
``run``         the command, from its arguments to the written file

No key is ever written, printed or logged: a plan knows the names of variables only.
"""
