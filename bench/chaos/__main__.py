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
import sys
import tempfile
import time
from pathlib import Path

from bench.chaos.installation import COUNT_HELD_SLOTS, ChaosInstallation
from bench.chaos.invariants import Sampler, check_data, count_waiting
from bench.chaos.machine import make_machine
from bench.chaos.scenarios import SCENARIOS, Chaos, await_end_of_runs
from bench.chaos.traffic import Traffic
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

SHORT = {"loaders": 10, "postgresql": 1, "workers": 1, "daemon": 1, "api": 1, "disk": 2, "soak": 2}
FULL = {
    "loaders": 1_000,
    "burst": 60,
    "postgresql": 200,
    "workers": 100,
    "daemon": 50,
    "api": 50,
    "code": 20,
    "dagster": 10,
    "database gone": 12,
    "host": 20,
    "clock": 5,
    "disk": 20,
    "soak": 1_800,
}
RATE, MAX_END_SECONDS, MAX_DRAIN_SECONDS = 5.0, 120.0, 600.0
MAX_CONNECTIONS, MAX_MEMORY_BYTES = 150, 3.0e9


def main() -> int:
    """Runs the scenarios one after another; 1 when a goal is missed."""
    arguments = read_arguments()
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    counts = {**(FULL if arguments.full else SHORT), **{name: int(n) for name, n in arguments.count or []}}
    chosen = {name: count for name, count in counts.items() if name in (arguments.only or counts) and count}
    running = ChaosInstallation(folder)
    with make_machine(folder, running.data.parent) as machine:
        running.environment.update(machine.environment)
        try:
            running.bring_up()
            chaos = Chaos(running, Traffic(running, arguments.rate, seed), random.Random(seed), machine)
            missed = break_and_count(chaos, chosen, arguments.minutes)
        finally:
            if running.process is not None and running.process.poll() is None:
                running.bring_down()
            if not arguments.keep:
                remove_server(folder / "postgres")
                shutil.rmtree(folder, ignore_errors=True)
    print("goals missed: " + "; ".join(missed) if missed else "all goals met")
    return int(bool(missed))


def read_arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--full", action="store_true", help="hours instead of a minute")
    parser.add_argument("--seed", type=int, help="of an earlier session, to make its choices again")
    parser.add_argument("--only", nargs="*", choices=sorted(SCENARIOS))
    parser.add_argument("--count", nargs=2, action="append", metavar=("NAME", "N"))
    parser.add_argument("--rate", type=float, default=RATE, help="events a second")
    parser.add_argument(
        "--minutes", type=float, default=600.0, help="begin no further scenario after so many"
    )
    parser.add_argument("--keep", action="store_true", help="keep the state folder")
    return parser.parse_args()


def break_and_count(chaos: Chaos, counts: dict[str, int], minutes: float) -> list[str]:
    """Run the scenarios under traffic, then count; the goals that were missed."""
    deadline = time.monotonic() + 60 * minutes
    sampler = Sampler(chaos.running)
    sampler.start()
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
        print(f"{line} ({time.monotonic() - began:.0f} s)", flush=True)
    chaos.traffic.stop()
    return missed + report(chaos, sampler)


def report(chaos: Chaos, sampler: Sampler) -> list[str]:
    """Print the figures; the goals that were missed."""
    running, traffic = chaos.running, chaos.traffic
    with contextlib.suppress(AssertionError):
        running.await_servers()
    ended = await_end_of_runs(running, MAX_END_SECONDS)
    waited = await_drained(running)
    sampler.ended.set()
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
        f"first moment without an unfinished run after {_seconds(ended)}, drained after {_seconds(waited)}, "
        f"{held} slots held; at most {sampler.connections} connections and {sampler.memory / 1e9:.2f} GB"
    )
    damage = check_data(running)
    print(damage or "checksums and indexes are sound")
    goals = {
        "events lost": lost == 0 and lost_records == 0,
        "events doubled": doubled == 0,
        "a 5xx other than 503 with Retry-After": traffic.count_defects() == 0,
        "runs did not end": ended is not None,
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


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
