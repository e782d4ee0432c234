"""`python -m causeloop_pipeline.orchestration.instance.await_socket PATH`: returns when a server listens.

A unit that starts a server is up when this has returned, so that those who need the server find it.
"""

import socket
import sys
import time
from collections.abc import Sequence

PAUSE_SECONDS, MAX_SECONDS = 0.2, 170.0


def await_socket(path: str, seconds: float = MAX_SECONDS) -> bool:
    """Whether something listens on a socket of the file system within these seconds."""
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                return True
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)


def main(arguments: Sequence[str]) -> None:
    """Wait; exits with 1 when nothing came."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m causeloop_pipeline.orchestration.instance.await_socket PATH")
    if not await_socket(arguments[0]):
        raise SystemExit(f"nothing listens on {arguments[0]}: the server's own log says why")


if __name__ == "__main__":
    main(sys.argv[1:])
