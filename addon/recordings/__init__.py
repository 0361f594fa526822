"""Recordings: the flows of a file, and the model calls among them.

``flow_file``  the flows of a file              ``recording``  the model calls among them
``captured``   what a client asked              ``heard``      what it was answered
``exchange``   one call and its answer, as plain data: what comparisons look at
``place``      where in a conversation a request stands, whatever its ids and dates are
"""
