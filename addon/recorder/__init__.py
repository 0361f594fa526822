"""`ccr record`: ``run`` it from start to end; its ``router``; the client's ``session`` through it."""
