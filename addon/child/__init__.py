"""A router for one purpose and no longer: for `ccr ci`, `ccr record` and `ccr demo`.

``router``   its owner's side: start it, wait until it listens, end it
``program``  the process itself, which does not outlive its owner
"""
