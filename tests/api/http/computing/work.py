"""What the tests compute: functions that a process finds by their names."""

import os
import time

from api.http.errors import Problem


def add(left: int, right: int) -> int:
    """A sum."""
    return left + right


def compute_for_ever() -> None:
    """No result."""
    while True:
        pass


def refuse() -> None:
    """A problem."""
    raise Problem(
        422, "validation_failed", "so not", errors=[{"pointer": "/a"}], headers={"X-A": "1"}, more=2
    )


def fail_alone() -> None:
    """An error that cannot travel."""

    class LocalError(Exception):
        """Of this function."""

    raise LocalError("nobody else knows it")


def end() -> None:
    """The end of the process."""
    os._exit(3)


def take_memory() -> int:
    """More than a process may have."""
    return len(bytearray(8_000_000_000))


def sleep(seconds: float) -> float:
    """When it ended."""
    time.sleep(seconds)
    return time.monotonic()


def read_environment() -> dict[str, str]:
    """The variables of the process."""
    return dict(os.environ)


def read_process_id() -> int:
    """The process that computes this."""
    return os.getpid()


def compute(seconds: float) -> int:
    """Take this much CPU time; the process that did."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return os.getpid()


def call_without_end() -> None:
    """Nest deeper than Python can."""
    call_without_end()
