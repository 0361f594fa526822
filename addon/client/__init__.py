"""Running Claude Code, or any program that speaks to Anthropic, so that it asks the router.

``environment``     the variables a client is given, and those that are taken from it
``login``           whether the client's own login must reach a provider
``claude``          where the `claude` program is
``settings_files``  the user's Claude settings, as the client reads them; never written
``overriding``      what in them goes before the environment
``launch``          the router that is to be asked, the environment for it, and the client in our place
``standing``        the same environment for a shell
``shells``          as lines that a shell can evaluate
``signals``         the signals that reach `ccr ci` while its command runs
``session``         `ccr ci` from start to end
``decisions``       the log of its requests, as it grows
``summary``         what they came to, for people and for GitHub
"""
