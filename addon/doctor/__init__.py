"""What is wrong between Claude Code and the models, found and explained, each with its fix: `ccr doctor`.

``checks``      the list of checks; each is a small function of the context
``finding``     what a check finds
``context``     what the checks look at; ``gather`` brings it together, ``configured`` the configuration even where it cannot be
                used, ``live`` the providers' answers, ``requests_kept`` recent requests
``examine``     running the checks
``report``      showing what they found
``repair``      safe fixes, asked for one by one

The checks by topic: ``programs``, ``versions`` · ``settings``, ``secrets_kept`` · ``listening``, ``kept_prompts`` · ``client``,
``billing`` · ``network``, ``certificates``, ``clock`` · ``keys``, ``models``, ``tools``, ``prices``, ``windows``
"""
