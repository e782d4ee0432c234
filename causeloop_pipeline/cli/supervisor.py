"""Keeps the servers of an installation running: one that ends is restarted without affecting the others."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from causeloop_pipeline.cli.output.terminal import announce
from causeloop_pipeline.cli.processes import Processes
from causeloop_pipeline.cli.state_files import try_to_replace_file

MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 1.0, 30.0
CRASH_LOOP_ENDINGS, CRASH_LOOP_SECONDS = 5, 600.0
STABLE_SECONDS = 60.0


class NotReadyError(RuntimeError):
    """A server's prerequisites are not ready yet: it is started later."""


@dataclass
class Supervisor:
    """Restarts servers, with a pause that doubles while a server keeps ending within a minute.

    `preparations` run between a server's end and its restart.
    """

    processes: Processes
    console: Console
    preparations: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    restarts_file: Path | None = None
    endings: dict[str, list[float]] = field(default_factory=dict)
    restart_times: dict[str, float] = field(default_factory=dict)
    restarted_at: dict[str, float] = field(default_factory=dict)
    short_lives: dict[str, int] = field(default_factory=dict)

    def restart_ended(self) -> None:
        """Record which servers have ended, and restart those whose pause is over."""
        now = time.monotonic()
        for name in self.processes.list_ended():
            if name not in self.restart_times:
                self._note_ending(name, now)
            elif now >= self.restart_times[name]:
                self._restart(name, now)

    def _note_ending(self, name: str, now: float) -> None:
        self.processes.end_group(name)
        recent = [at for at in self.endings.get(name, []) if now - at < CRASH_LOOP_SECONDS]
        self.endings[name] = [*recent, now]
        is_short = name in self.restarted_at and now - self.restarted_at[name] < STABLE_SECONDS
        self.short_lives[name] = self.short_lives.get(name, 0) + 1 if is_short else 0
        pause = min(MIN_PAUSE_SECONDS * 2 ** self.short_lives[name], MAX_PAUSE_SECONDS)
        self.restart_times[name] = now + pause
        code = self.processes.children[name].returncode
        self._print(f"{name} ended with exit code {code}: it starts again in {pause:.0f} s")
        if len(self.endings[name]) == CRASH_LOOP_ENDINGS:
            self._print(
                f"{name} has ended {CRASH_LOOP_ENDINGS} times in {CRASH_LOOP_SECONDS / 60:.0f} minutes, and "
                f"is tried again: the reason is in its log, {self.processes.read_log_end(name)}"
            )
        self._write_endings()

    def _restart(self, name: str, now: float) -> None:
        try:
            self.preparations.get(name, _do_nothing)()
        except NotReadyError as reason:
            self.restart_times[name] = now + MIN_PAUSE_SECONDS
            self._print(f"{name} waits: {reason}")
            return
        del self.restart_times[name]
        self.restarted_at[name] = now
        self.processes.restart(name)

    def _write_endings(self) -> None:
        """Store what `causeloop doctor` reports."""
        if self.restarts_file is None:
            return
        clock = time.time() - time.monotonic()
        endings = {
            name: [datetime.fromtimestamp(clock + at, UTC).isoformat() for at in times]
            for name, times in self.endings.items()
        }
        try_to_replace_file(self.restarts_file, json.dumps(endings))

    def _print(self, text: str) -> None:
        announce(self.console, text)


def _do_nothing() -> None:
    """Most servers need no preparation."""
