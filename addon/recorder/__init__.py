"""`ccr record`: ``run`` it from start to end; its file and the client's ``session``."""
