"""How long each run took to end after its last fault."""

import threading
import time

import psycopg

from bench.chaos.installation import MAX_CONNECT_SECONDS, UNFINISHED, ChaosInstallation

LOOK_SECONDS = 1.0
SELECT_UNFINISHED = f"select array_agg(run_id) from runs where status in {UNFINISHED}"


class RunWatch(threading.Thread):
    """Checks the unfinished runs every second; `mark` records that a fault has hit all of them."""

    def __init__(self, running: ChaosInstallation) -> None:
        super().__init__(daemon=True)
        self.running = running
        self.marked_at: dict[str, float] = {}
        self.longest = 0.0
        self.unfinished: set[str] = set()
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def run(self) -> None:
        """Look until `ended` is set."""
        while not self.ended.wait(LOOK_SECONDS):
            self._look()

    def mark(self) -> None:
        """Record that a fault has hit every unfinished run."""
        with self.lock:
            now = time.monotonic()
            self.marked_at = dict.fromkeys(self.unfinished, now)

    def take_longest(self) -> float:
        """The longest time so far from a fault to the end of a run that it hit; resets the maximum."""
        with self.lock:
            now = time.monotonic()
            waiting = [now - marked for marked in self.marked_at.values()]
            longest, self.longest = max([self.longest, *waiting]), 0.0
            return longest

    def await_marked(self, seconds: float) -> bool:
        """Wait until every run hit by a fault has ended; returns whether that was in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self.lock:
                if not self.marked_at:
                    return True
            time.sleep(LOOK_SECONDS)
        return False

    def _look(self) -> None:
        try:
            with psycopg.connect(
                self.running.urls["dagster_database_url"],
                connect_timeout=MAX_CONNECT_SECONDS,
                autocommit=True,
            ) as connection:
                row = connection.execute(SELECT_UNFINISHED).fetchone()
        except psycopg.OperationalError:
            return
        with self.lock:
            self.unfinished = set((row[0] if row else None) or [])
            now = time.monotonic()
            for run_id in set(self.marked_at) - self.unfinished:
                self.longest = max(self.longest, now - self.marked_at.pop(run_id))
