"""What is done to an installation under traffic; each returns a line for the report."""

import contextlib
import fcntl
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.chaos.installation import COUNT_UNFINISHED, MAX_READY_SECONDS, ChaosInstallation
from bench.chaos.loader import kill_loaders
from bench.chaos.machine import Machine
from bench.chaos.traffic import Traffic
from bench.installation import wait_until

MAX_RUN_SECONDS, MAX_PAUSE_SECONDS = 12.0, 3.0
LAST_STEP = (
    "select coalesce(step_key, 'before the first step') from event_logs "
    "where run_id = (select run_id from runs order by id desc limit 1) "
    "order by step_key is null, id desc limit 1"
)


@dataclass
class Chaos:
    """One installation, its traffic and the seeded choices of a session."""

    running: ChaosInstallation
    traffic: Traffic
    choose: random.Random
    machine: Machine
    loaded: set[str] = field(default_factory=set)

    def pause(self, seconds: float = MAX_PAUSE_SECONDS) -> None:
        """Let a random time pass, so that faults meet every state."""
        time.sleep(self.choose.uniform(0, seconds))


Scenario = Callable[[Chaos, int], str]


def kill_each_loader(chaos: Chaos, count: int) -> str:
    """Processes that land records die in the middle of it."""
    chaos.loaded |= kill_loaders(chaos.running, count, chaos.choose)
    return f"{count} loaders killed, {len(chaos.loaded)} records committed before"


def kill_postgresql(chaos: Chaos, count: int) -> str:
    """The postmaster dies, half of the times while a run goes on."""
    during_runs = 0
    for number in range(count):
        if number % 2 == 0:
            with contextlib.suppress(AssertionError):
                wait_until(chaos.running.find_worker, 30)
        during_runs += chaos.running.find_worker() is not None
        pid = chaos.running.find_postmaster()
        if pid:
            _kill(pid)
        wait_until(lambda: chaos.running.ask_dagster("select 1") == 1, MAX_READY_SECONDS)
        chaos.pause()
    return f"{count} PostgreSQL kills, {during_runs} of them during runs"


def kill_workers(chaos: Chaos, count: int) -> str:
    """A run's process dies somewhere between its first and its last stage."""
    stages: Counter[str] = Counter()
    for _ in range(count):
        wait_until(chaos.running.find_worker, MAX_READY_SECONDS)
        chaos.pause(MAX_RUN_SECONDS)
        if pid := chaos.running.find_worker():
            _kill(pid)
            stages[str(chaos.running.ask_dagster(LAST_STEP))] += 1
    spread = ", ".join(f"{stage} {killed}" for stage, killed in sorted(stages.items()))
    return f"{sum(stages.values())} workers killed: {spread}"


def kill_server(name: str) -> Scenario:
    """One of the installation's own servers dies."""

    def kill(chaos: Chaos, count: int) -> str:
        for _ in range(count):
            wait_until(lambda: chaos.running.find_server(name), MAX_READY_SECONDS)
            if pid := chaos.running.find_server(name):
                _kill(pid)
                _await_successor(chaos.running, name, pid)
            chaos.pause()
        return f"{count} {name} kills"

    return kill


def _await_successor(running: ChaosInstallation, name: str, pid: int) -> None:
    wait_until(lambda: running.find_server(name) not in {None, pid}, MAX_READY_SECONDS)


def kill_host(chaos: Chaos, count: int) -> str:
    """Everything dies at once and is started again."""
    slowest = 0.0
    for _ in range(count):
        chaos.running.kill_host()
        began = time.monotonic()
        chaos.running.bring_up()
        slowest = max(slowest, time.monotonic() - began)
        chaos.pause(4 * MAX_PAUSE_SECONDS)
    return f"{count} whole-host kills, back after at most {slowest:.0f} s"


def lose_database(chaos: Chaos, count: int) -> str:
    """The database is gone for 1 to 60 seconds, which begin while a run goes on where there is one."""
    spans = []
    for _ in range(count):
        with contextlib.suppress(AssertionError):
            wait_until(chaos.running.find_worker, 30)
        seconds = chaos.choose.choice((1, 2, 5, 15, 30, 60)) if count > 1 else 5
        with (chaos.running.state_dir / "postgres" / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # so nobody can start it
            if pid := chaos.running.find_postmaster():
                _kill(pid)
            time.sleep(seconds)
        spans.append(seconds)
        wait_until(lambda: chaos.running.ask_dagster("select 1") == 1, MAX_READY_SECONDS)
    return f"database gone {count} times, for {', '.join(map(str, spans))} s"


def fill_disk(chaos: Chaos, count: int) -> str:
    """No byte is free for data and write-ahead log, for so many seconds."""
    if chaos.machine.disk is None:
        return "disk full: not run, mounting a small disk needs root"
    with chaos.machine.full_disk():
        time.sleep(count)
    wait_until(lambda: chaos.running.ask_dagster("select 1") == 1, MAX_READY_SECONDS)
    return f"disk full for {count} s"


def set_clock(chaos: Chaos, count: int) -> str:
    """The clock of all programs but PostgreSQL jumps ten minutes ahead, back, behind, and back."""
    if chaos.machine.clock is None:
        return "clock steps: not run, there is no C compiler"
    steps = [shift for _ in range(count) for shift in (600, 0, -600, 0)]
    for shift in steps:
        chaos.machine.set_clock(shift)
        chaos.pause(4 * MAX_PAUSE_SECONDS)
    return f"{len(steps)} clock steps of ten minutes"


def burst(chaos: Chaos, count: int) -> str:
    """Ten times the traffic, for so many seconds."""
    more = Traffic(chaos.running, 10 * chaos.traffic.rate, chaos.traffic.seed + 1)
    more.start(senders=12)
    time.sleep(count)
    more.stop()
    chaos.traffic.acknowledged |= more.acknowledged
    chaos.traffic.statuses += more.statuses
    chaos.traffic.slow += more.slow
    return f"burst of {len(more.acknowledged)} events in {count} s"


def soak(chaos: Chaos, count: int) -> str:
    """Nothing but traffic, for so many seconds."""
    before = len(chaos.traffic.acknowledged)
    time.sleep(count)
    return f"soak of {count} s, {len(chaos.traffic.acknowledged) - before} events"


def await_end_of_runs(running: ChaosInstallation, seconds: float) -> float | None:
    """Seconds until no run is unfinished; none: it did not happen."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if running.ask_dagster(COUNT_UNFINISHED) == 0:
            return time.monotonic() - began
        time.sleep(0.5)
    return None


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


SCENARIOS: dict[str, Scenario] = {
    "loaders": kill_each_loader,
    "burst": burst,
    "postgresql": kill_postgresql,
    "workers": kill_workers,
    "daemon": kill_server("daemon"),
    "api": kill_server("api"),
    "code": kill_server("code"),
    "dagster": kill_server("dagster"),
    "database gone": lose_database,
    "host": kill_host,
    "clock": set_clock,
    "disk": fill_disk,
    "soak": soak,
}
