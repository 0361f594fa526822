"""Recorded requests sent again: to other models, measured, compared, reported.

Recordings
``flow_file``  the flows of a file              ``recording``  the model calls among them, each an ``exchange``
``captured``   what a client asked              ``heard``      what it was answered
``session``, ``router``, ``recorder``           `ccr record`
``scrub_file``, ``scrub``, ``scrub_body``, ``scrub_text``, ``raw_json``    `ccr scrub`, from the file down to a string

Replays within mitmproxy
``playback``   `-C` with `ccr_model`            ``copies``     `ccr.replay`
``forced``     the model that a replay is to go to
``again``      a recorded request made the client's own; ``kept`` what the flow was before, ``why`` the same in a line
``offline``    `-S`: recorded answers in the place of every provider

The lab
``orders``     what `ccr replay` and `ccr compare` were told
``engine``, ``lab``, ``budget``, ``progress``, ``results``    carry it out
``measure``    one answer: ``success`` (``schemas``, ``judge``, ``labels``), ``agreement``; ``tasks``, ``figures`` of many
``compared``, ``pair``, ``difference``          two recordings, one pair
``report…``, ``grid``, ``shown``, ``notes``, ``output``    what is shown of it, on a terminal and in files
"""
