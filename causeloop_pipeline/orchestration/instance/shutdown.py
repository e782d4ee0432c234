"""The shutdown event of the code server, which everything that waits in it observes."""

import threading

SHUTDOWN = threading.Event()
"""Set when the code server shuts down, which ends the waits of ticks."""
