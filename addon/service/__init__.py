"""The router as a service of this machine: started, found, stopped."""
