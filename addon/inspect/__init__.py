"""How a person reads a routed flow.

``line``   the one line that a flow's comment and the log show
"""
