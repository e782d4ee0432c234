"""Notices that the clock was set back, after which anything scheduled would wait much longer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console

from causeloop_pipeline.cli.output.terminal import announce
from causeloop_pipeline.cli.supervisor import NotReadyError

MIN_STEP_SECONDS = 5.0
REPEAT_SECONDS = 30.0
"""A tick that began before the clock change stores its time after it, so the correction is repeated."""


@dataclass
class ClockWatch:
    """Calls `correct` when the clock was set back since the last check, and again a little later."""

    console: Console
    correct: Callable[[], int]
    clock: Callable[[], float] = time.time
    offset: float = field(init=False)
    due: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember the present time."""
        self.offset = self.clock() - time.monotonic()

    def look(self) -> None:
        """Compare the clock with the elapsed time, and run due corrections."""
        offset = self.clock() - time.monotonic()
        if offset < self.offset - MIN_STEP_SECONDS:
            announce(self.console, f"the clock was set back by {self.offset - offset:.0f} s")
            self.due = [0.0, time.monotonic() + REPEAT_SECONDS]
        self.offset = offset
        if self.due and time.monotonic() >= self.due[0]:
            try:
                self.correct()
            except NotReadyError:
                return
            self.due.pop(0)
