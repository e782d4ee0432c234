"""A clock that is set back is noticed, and what lies in the future then is corrected twice."""

import io
import time

from rich.console import Console

from causeloop_pipeline.cli.clock_watch import ClockWatch
from causeloop_pipeline.cli.supervisor import NotReadyError


class Clock:
    """A machine's clock that can be set."""

    def __init__(self) -> None:
        self.offset = 1_000_000.0

    def __call__(self) -> float:
        return time.monotonic() + self.offset


def count(corrections: list[int]) -> int:
    corrections.append(1)
    return len(corrections)


def test_a_clock_that_is_set_back_is_corrected_for_at_once_and_once_more_later() -> None:
    clock, corrections = Clock(), list[int]()
    watch = ClockWatch(Console(file=io.StringIO()), lambda: count(corrections), clock)
    watch.look()

    clock.offset -= 600
    watch.look()
    watch.look()
    assert len(corrections) == 1
    watch.due = [0.0 for _ in watch.due]
    watch.look()
    watch.look()

    assert len(corrections) == 2
    assert isinstance(watch.console.file, io.StringIO)
    assert "the clock was set back by 600 s" in watch.console.file.getvalue()


def test_a_clock_that_is_set_ahead_or_runs_a_little_slow_needs_no_correction() -> None:
    clock, corrections = Clock(), list[int]()
    watch = ClockWatch(Console(file=io.StringIO()), lambda: count(corrections), clock)

    for step in (600, -1, -1, 3600):
        clock.offset += step
        watch.look()

    assert corrections == []


def test_a_correction_waits_for_the_database() -> None:
    clock, attempts = Clock(), []

    def correct() -> int:
        attempts.append(1)
        if len(attempts) < 3:
            raise NotReadyError("the database does not respond")
        return 1

    watch = ClockWatch(Console(file=io.StringIO()), correct, clock)
    clock.offset -= 60
    for _ in range(5):
        watch.look()

    assert len(attempts) == 3
