"""Recorded requests sent again within mitmproxy.

``playback``   `-C` with `ccr_model`            ``copies``     `ccr.replay`
``forced``     the model that a replay is to go to
``again``      a recorded request made the client's own; ``kept`` what the flow was before, ``why`` the same in a line
``offline``    `-S`: recorded answers in the place of every provider
``form``       such an answer as a stream, or as one message, whichever is asked for
"""
