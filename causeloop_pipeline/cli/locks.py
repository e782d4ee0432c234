"""Locks that keep two installations apart: on the state folder, and on Dagster's database."""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

DAEMON_LOCK = 7_326_412
MAX_LOST_SECONDS = 300.0
DEAD_PEER: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}
"""Client and server notice within half a minute that the other's machine is gone, which frees the lock."""


class LockedError(RuntimeError):
    """Another process holds the lock; the message says what to do."""


@contextlib.contextmanager
def lock_state_folder(state_dir: Path) -> Iterator[None]:
    """Allow only one `causeloop up` per state folder."""
    with (state_dir / "up.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"already running on {state_dir}: stop the other `causeloop up` first"
            ) from None
        yield


class DaemonLock:
    """A lock against a second daemon, also on another machine, which would start every run twice.

    It belongs to a database session: it is lost when the database restarts, and `renew` takes it again.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None
        self._held_at = 0.0

    def __enter__(self) -> "DaemonLock":
        """Take the lock; raises LockedError when another installation holds it."""
        self._take()
        return self

    def __exit__(self, *_: object) -> None:
        """Release the lock."""
        self._close()

    def renew(self) -> bool:
        """Whether the lock is held, after taking it again if the database had restarted meanwhile.

        A session that lost its network may hold it for a while; raises LockedError when another keeps it.
        """
        try:
            if self._connection is None:
                self._take()
            else:
                self._connection.execute("select 1")
        except psycopg.OperationalError:
            self._close()
        except LockedError:
            if time.monotonic() - self._held_at > MAX_LOST_SECONDS:
                raise
        if self._connection is not None:
            self._held_at = time.monotonic()
        return self._connection is not None

    def _take(self) -> None:
        connection = psycopg.connect(self._url, autocommit=True, connect_timeout=5, **DEAD_PEER)
        locked = connection.execute("select pg_try_advisory_lock(%s)", (DAEMON_LOCK,)).fetchone()
        if locked != (True,):
            connection.close()
            raise LockedError("another installation's daemon already uses this Dagster database")
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
