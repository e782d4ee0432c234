"""Breaks an installation under traffic: `python -m bench.chaos [--full] [--seed N] [--only NAME …]`.

Goals: no acknowledged event is lost or doubled, no answer is a 5xx other than a 503 with Retry-After, every
run has ended two minutes after the last fault, no slot is held, connections and memory stay bounded, and
PostgreSQL's checksums and indexes are sound.
"""

import argparse
import contextlib
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.chaos.installation import COUNT_HELD_SLOTS, ChaosInstallation
from bench.chaos.invariants import Sampler, check_data, count_waiting
from bench.chaos.machine import make_machine
from bench.chaos.run_watch import RunWatch
from bench.chaos.scenarios import SCENARIOS, Chaos
from bench.chaos.traffic import Traffic
from causeloop_pipeline.cli.private_folders import protect_state
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

SHORT = {"loaders": 5, "postgresql": 1, "workers": 1, "servers": 1}
FULL = {
    "loaders": 1_000,
    "burst": 60,
    "postgresql": 200,
    "workers": 100,
    "daemon": 50,
    "api": 50,
    "code": 20,
    "dagster": 10,
    "servers": 10,
    "database gone": 12,
    "host": 20,
    "clock": 5,
    "disk": 20,
    "soak": 1_800,
}
RATE, MAX_END_SECONDS, MAX_DRAIN_SECONDS = 5.0, 120.0, 900.0
MAX_CONNECTIONS, MAX_MEMORY_BYTES = 150, 3.0e9


def main() -> int:
    """Runs the scenarios one after another; 1 when a goal is missed."""
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    counts = {**(FULL if arguments.full else SHORT), **{name: int(n) for name, n in arguments.count or []}}
    chosen = {name: counts[name] for name in arguments.only or counts if counts.get(name)}
    protect_state(folder)  # as the first start does: by this it is decided where the database is
    running = ChaosInstallation(folder)
    with make_machine(folder, running.data.parent) as machine:
        running.environment.update(machine.environment)
        try:
            running.bring_up()
            traffic = Traffic(running, arguments.rate, seed)
            chaos = Chaos(running, traffic, random.Random(seed), machine, RunWatch(running))
            missed = break_and_count(chaos, chosen, arguments.minutes, arguments.end_within)
        finally:
            if running.process is not None and running.process.poll() is None:
                running.bring_down()
            if not arguments.keep:
                remove_server(folder / "postgres")
    if not arguments.keep:
        shutil.rmtree(folder, ignore_errors=True)
    print("goals missed: " + "; ".join(missed) if missed else "all goals met")
    return int(bool(missed))


def read_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--full", action="store_true", help="hours instead of a minute")
    parser.add_argument("--seed", type=int, help="of an earlier session, to make its choices again")
    parser.add_argument("--only", nargs="*", choices=sorted(SCENARIOS), help="in this order")
    parser.add_argument("--count", nargs=2, action="append", metavar=("NAME", "N"))
    parser.add_argument("--rate", type=float, default=RATE, help="events a second")
    parser.add_argument(
        "--minutes", type=float, default=600.0, help="begin no further scenario after so many"
    )
    parser.add_argument(
        "--end-within",
        type=float,
        default=MAX_END_SECONDS,
        metavar="SECONDS",
        help="in which every run must have ended that a fault has met (more on a slow machine)",
    )
    parser.add_argument("--keep", action="store_true", help="keep the state folder")
    return parser.parse_args()


def break_and_count(chaos: Chaos, counts: dict[str, int], minutes: float, end_within: float) -> list[str]:
    """Run the scenarios under traffic, then count; the goals that were missed."""
    deadline = time.monotonic() + 60 * minutes
    sampler = Sampler(chaos.running)
    sampler.start()
    chaos.watch.start()
    chaos.traffic.start()
    missed: list[str] = []
    for name, count in counts.items():
        began = time.monotonic()
        if began > deadline:
            print(f"{name}: not run, the {minutes:.0f} minutes are over", flush=True)
            continue
        try:
            line = SCENARIOS[name](chaos, count)
        except AssertionError as problem:
            line = f"{name} stopped: {problem}"
            missed.append(line)
        has_ended = chaos.watch.await_marked(end_within)
        longest = chaos.watch.take_longest()
        if longest > end_within or not has_ended:
            missed.append(f"a run had not ended {longest:.0f} s after {name}")
        print(
            f"{line}; the last run ended {longest:.0f} s after its fault; {sampler.connections_now} "
            f"connections, {sampler.memory_now / 1e9:.2f} GB ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    chaos.traffic.stop()
    return missed + report(chaos, sampler)


def report(chaos: Chaos, sampler: Sampler) -> list[str]:
    """Print the figures; the goals that were missed."""
    running, traffic = chaos.running, chaos.traffic
    with contextlib.suppress(AssertionError):
        running.await_servers()
    waited = await_drained(running)
    sampler.ended.set()
    chaos.watch.ended.set()
    lost, doubled = traffic.compare()
    lost_records = count_waiting(running, chaos.loaded)
    held = running.ask_dagster(COUNT_HELD_SLOTS)
    statuses = ", ".join(f"{count} × {status}" for status, count in sorted(traffic.statuses.items()))
    print(f"answers: {statuses}; {traffic.slow} took over 2 s")
    print(
        f"{len(traffic.acknowledged)} events acknowledged: {lost} lost, {doubled} doubled; "
        f"{len(chaos.loaded)} records committed: {lost_records} lost"
    )
    print(
        f"drained after {_format_seconds(waited)}, {held} slots held; at most "
        f"{sampler.connections} connections and {sampler.memory / 1e9:.2f} GB"
    )
    damage = check_data(running)
    print(damage or "checksums and indexes are sound")
    goals = {
        "events lost": lost == 0 and lost_records == 0,
        "events doubled": doubled == 0,
        "a 5xx other than 503 with Retry-After": traffic.count_defects() == 0,
        "not drained": waited is not None,
        "slots held": held == 0,
        "connections": sampler.connections <= MAX_CONNECTIONS,
        "memory": sampler.memory <= MAX_MEMORY_BYTES,
        "damaged data": not damage,
    }
    return [goal for goal, is_met in goals.items() if not is_met]


def await_drained(running: ChaosInstallation) -> float | None:
    """Seconds until no record waits to become an issue; none: they still wait."""
    began = time.monotonic()
    while time.monotonic() - began < MAX_DRAIN_SECONDS:
        if running.ask_superuser("select count(*) from raw.pending_record") == 0:
            return time.monotonic() - began
        time.sleep(0.5)
    return None


def _format_seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
