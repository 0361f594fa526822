"""The client's side: Anthropic Messages.

``types``        the wire's shapes: stream events, blocks, the whole message
``blocks``       the parts of an answer while they wait for their turn
``emit``         stream events one after another, numbered
``count``        the tokens of an answer
``wire``         stream events as they stand on the wire
``writer``       events to stream events: the sole owner of the answer's grammar
``collect``      stream events to one whole message, or to bytes
``errors``       error bodies and error events
``passthrough``  providers that speak Anthropic Messages themselves
"""
