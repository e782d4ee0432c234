"""The chaos scenarios; each returns a line for the report."""

import contextlib
import fcntl
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from bench.chaos.installation import MARKS, MAX_READY_SECONDS, ChaosInstallation, is_running
from bench.chaos.loader import kill_loaders
from bench.chaos.machine import Machine
from bench.chaos.run_watch import RunWatch
from bench.chaos.traffic import Traffic
from bench.installation import wait_until

MAX_PAUSE_SECONDS, MAX_STEP_SECONDS = 3.0, 1.0
MAX_RUN_SECONDS = 600.0
MAX_FAILURES_IN_A_ROW = 3
"""After this many, a run may succeed: each failure doubles the wait for the next one, up to half an hour."""

SELECT_STEP = """
select r.run_id, (
    select e.step_key from event_logs as e
    where e.run_id = r.run_id and e.dagster_event_type = 'STEP_START'
    order by e.id desc limit 1
)
from runs as r
where r.status in ('STARTING', 'STARTED')
order by r.id desc limit 1
"""
SWITCH_SEGMENT = "select pg_logical_emit_message(false, 'chaos', 'x'), pg_switch_wal()"
MAX_SEGMENTS = 256
COUNT_SUCCEEDED = "select count(*) from runs where status = 'SUCCESS'"
BEFORE_FIRST_STEP = "before the first step"
STEPS = (
    BEFORE_FIRST_STEP,
    "normalization",
    "causeloop__fingerprints",
    "causeloop__patterns",
    "causeloop__clusters",
    "causeloop__predictions",
    "causeloop__alerts",
    "causeloop__outcomes",
    "causeloop__proofs",
    "causeloop__risk",
    "causeloop__recommendations",
)
"""In the order in which a run does them; checks of the issues come after the normalization."""
CHECKS_PLACE = STEPS.index("normalization")


@dataclass
class Chaos:
    """One installation, its traffic and the seeded choices of a session."""

    running: ChaosInstallation
    traffic: Traffic
    choose: random.Random
    machine: Machine
    watch: RunWatch
    loaded: set[str] = field(default_factory=set)

    def pause(self, seconds: float = MAX_PAUSE_SECONDS) -> None:
        """Wait a random time, so that faults hit every state."""
        time.sleep(self.choose.uniform(0, seconds))

    def await_database(self) -> None:
        """Wait until the database responds again; runs hit meanwhile are timed from now."""
        wait_until(lambda: self.running.ask_dagster("select 1") == 1, MAX_READY_SECONDS)
        self.watch.mark()


Scenario = Callable[[Chaos, int], str]


def kill_each_loader(chaos: Chaos, count: int) -> str:
    """Kill processes while they land records."""
    chaos.loaded |= kill_loaders(chaos.running, count, chaos.choose)
    return f"{count} loaders killed, {len(chaos.loaded)} records committed before"


def kill_postgresql(chaos: Chaos, count: int) -> str:
    """Kill the postmaster, half of the times during a run."""
    during_runs = 0
    for number in range(count):
        if number % 2 == 0:
            with contextlib.suppress(AssertionError):
                wait_until(chaos.running.find_worker, 30)
        during_runs += chaos.running.find_worker() is not None
        if pid := chaos.running.find_postmaster():
            _kill(pid)
        chaos.await_database()
        chaos.pause()
    return f"{count} PostgreSQL kills, {during_runs} of them during runs"


def kill_workers(chaos: Chaos, count: int) -> str:
    """Kill a run's process in each of its steps in turn, at a random moment."""
    killed: Counter[str] = Counter()
    for number in range(count):
        if number % MAX_FAILURES_IN_A_ROW == 0 and number:
            _await_success(chaos)
        step = _await_step(chaos, STEPS[number % len(STEPS)])
        chaos.pause(MAX_STEP_SECONDS)
        if step and (pid := chaos.running.find_worker()):
            _kill(pid)
            chaos.watch.mark()
            killed[step.removeprefix("causeloop__")] += 1
            wait_until(lambda: not is_running(pid), MAX_READY_SECONDS)
    spread = ", ".join(f"{step} {times}" for step, times in killed.items())
    return f"{killed.total()} workers killed: {spread}"


def _await_step(chaos: Chaos, wanted: str) -> str | None:
    """Wait until a run reaches the wanted step or a later one; returns its step."""
    places = {step: place for place, step in enumerate(STEPS)}
    deadline = time.monotonic() + MAX_RUN_SECONDS
    while time.monotonic() < deadline:
        step = find_step(chaos.running)
        if step and places.get(step, CHECKS_PLACE) >= places[wanted]:
            return step
        time.sleep(0.1)
    return None


def find_step(running: ChaosInstallation) -> str | None:
    """The current step of the run with a live worker; None if there is no such run."""
    row = running.ask_dagster_row(SELECT_STEP)
    if row is None or running.find_worker() is None:
        return None
    return str(row[1] or BEFORE_FIRST_STEP)


def _await_success(chaos: Chaos) -> None:
    before = chaos.running.ask_dagster(COUNT_SUCCEEDED) or 0
    with contextlib.suppress(AssertionError):
        wait_until(lambda: (chaos.running.ask_dagster(COUNT_SUCCEEDED) or 0) > before, MAX_RUN_SECONDS)


def kill_server(name: str) -> Scenario:
    """Kill one of the installation's own servers."""

    def kill(chaos: Chaos, count: int) -> str:
        for _ in range(count):
            wait_until(lambda: chaos.running.find_server(name), MAX_READY_SECONDS)
            if pid := chaos.running.find_server(name):
                _kill(pid)
                chaos.watch.mark()
                _await_successor(chaos.running, name, pid)
            chaos.pause()
        return f"{count} {name} kills"

    return kill


def kill_all_servers(chaos: Chaos, count: int) -> str:
    """Kill all of the installation's own servers at once."""
    for _ in range(count):
        pids = {name: chaos.running.find_server(name) for name in MARKS}
        for pid in filter(None, pids.values()):
            _kill(pid)
        chaos.watch.mark()
        for name, ended in pids.items():
            if ended:
                _await_successor(chaos.running, name, ended)
        chaos.pause()
    return f"all {len(MARKS)} servers killed at once, {count} times"


def _await_successor(running: ChaosInstallation, name: str, pid: int) -> None:
    wait_until(lambda: running.find_server(name) not in {None, pid}, MAX_READY_SECONDS)


def kill_host(chaos: Chaos, count: int) -> str:
    """Kill everything at once and start it again."""
    slowest = 0.0
    for _ in range(count):
        chaos.running.kill_host()
        began = time.monotonic()
        chaos.running.bring_up()
        chaos.watch.mark()
        slowest = max(slowest, time.monotonic() - began)
        chaos.pause(4 * MAX_PAUSE_SECONDS)
    return f"{count} whole-host kills, back after at most {slowest:.0f} s"


def stop_database(chaos: Chaos, count: int) -> str:
    """Stop the database for 1 to 60 seconds, during a run if there is one."""
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
        chaos.await_database()
    return f"database gone {count} times, for {', '.join(map(str, spans))} s"


def fill_disk(chaos: Chaos, count: int) -> str:
    """Fill the disk of the data, and then that of the write-ahead log, each for some seconds."""
    if chaos.machine.data is None or chaos.machine.log is None:
        return "disk full: not run, mounting a small disk needs root"
    chaos.running.bring_down()
    chaos.machine.separate_log(chaos.running.data)
    chaos.running.bring_up()
    for disk in (chaos.machine.data, chaos.machine.log):
        with disk.full():
            if disk is chaos.machine.log:
                _use_up_log(chaos.running)
            time.sleep(count)
        chaos.await_database()
        chaos.pause()
    return f"disk full for {count} s on data, and for {count} s on the write-ahead log"


def _use_up_log(running: ChaosInstallation) -> None:
    """Fill the segments of the write-ahead log that exist already, until the server needs a new one."""
    with contextlib.suppress(psycopg.OperationalError):
        for _ in range(MAX_SEGMENTS):
            running.ask_superuser(SWITCH_SEGMENT)


def set_clock(chaos: Chaos, count: int) -> str:
    """Move the clock of all programs but PostgreSQL ten minutes ahead, back, behind, and back."""
    if chaos.machine.clock is None:
        return "clock steps: not run, there is no C compiler"
    steps = [shift for _ in range(count) for shift in (600, 0, -600, 0)]
    for shift in steps:
        chaos.machine.set_clock(shift)
        chaos.watch.mark()
        chaos.pause(4 * MAX_PAUSE_SECONDS)
    return f"{len(steps)} clock steps of ten minutes"


def send_burst(chaos: Chaos, count: int) -> str:
    """Send ten times the traffic for some seconds."""
    more = Traffic(chaos.running, 10 * chaos.traffic.rate, chaos.traffic.seed + 1)
    more.start(senders=12)
    time.sleep(count)
    more.stop()
    chaos.traffic.acknowledged |= more.acknowledged
    chaos.traffic.statuses += more.statuses
    chaos.traffic.slow += more.slow
    return f"burst of {len(more.acknowledged)} events in {count} s"


def run_soak(chaos: Chaos, count: int) -> str:
    """Send nothing but traffic for some seconds."""
    before = len(chaos.traffic.acknowledged)
    time.sleep(count)
    return f"soak of {count} s, {len(chaos.traffic.acknowledged) - before} events"


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


SCENARIOS: dict[str, Scenario] = {
    "loaders": kill_each_loader,
    "burst": send_burst,
    "postgresql": kill_postgresql,
    "workers": kill_workers,
    "daemon": kill_server("daemon"),
    "api": kill_server("api"),
    "code": kill_server("code"),
    "dagster": kill_server("dagster"),
    "servers": kill_all_servers,
    "database gone": stop_database,
    "host": kill_host,
    "clock": set_clock,
    "disk": fill_disk,
    "soak": run_soak,
}
