"""Whether the code server ends, which whatever waits in it has to know."""

import threading

ENDING = threading.Event()
"""Set when the code server ends: no tick waits any longer."""
