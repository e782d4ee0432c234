"""The cost of an idle installation: CPU and memory of all its processes.

Goals: 6 % of one core and 700 MB (proportional set sizes: shared pages count once). CPU is counted by the
kernel, so that what else the machine does changes it little: `python -m bench.orchestration.idle [SECONDS]`.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.installation import RunningInstallation
from bench.landing import CLOCK_TICKS
from bench.memory import read_memory_bytes
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir, remove_server

SECONDS, SETTLE_SECONDS = 60, 60
MAX_SHARE, MAX_MEGABYTES = 0.06, 700
UTIME, STIME, CHILDREN_UTIME, CHILDREN_STIME, PARENT = 11, 12, 13, 14, 1
NAMES = {
    "orchestration.instance.code_server": "code server",
    "orchestration.instance.daemon": "daemon",
    "orchestration.webserver": "webserver",
    "multiprocessing": "code server",
    "-m api": "API",
    "causeloop_pipeline.cli": "supervisor",
    "postgres": "PostgreSQL",
}


def main(arguments: list[str]) -> int:
    """Start an installation without a workspace, let it settle, and measure; 1 when a goal is missed."""
    seconds = int(arguments[0]) if arguments else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        running = RunningInstallation(Path(folder))
        running.start("--no-demo")
        try:
            running.await_line("Dagster UI")
            time.sleep(SETTLE_SECONDS)
            shares, megabytes = measure(Path(folder), seconds)
        finally:
            running.end()
            remove_server(Path(folder) / "postgres")
    for name in sorted(megabytes, key=lambda name: -shares.get(name, 0.0)):
        print(f"{name:<14}{shares.get(name, 0.0):>8.1%} of a core{megabytes[name]:>8.0f} MB")
    share, memory = sum(shares.values()), sum(megabytes.values())
    print(
        f"idle: {share:.1%} of a core over {seconds} s (goal {MAX_SHARE:.0%}), "
        f"{memory:.0f} MB (goal {MAX_MEGABYTES})"
    )
    return int(share > MAX_SHARE or memory > MAX_MEGABYTES)


def measure(state_dir: Path, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """Each process's share of a core and its memory, by name."""
    before, began = read_ticks(state_dir), time.monotonic()
    time.sleep(seconds)
    spent = read_ticks(state_dir)
    spent.subtract(before)
    elapsed = time.monotonic() - began
    memory: dict[str, float] = {}
    for process in find_processes(state_dir):
        name = name_process(process)
        memory[name] = memory.get(name, 0.0) + read_memory_bytes(process) / 2**20
    return {name: ticks / CLOCK_TICKS / elapsed for name, ticks in spent.items()}, memory


def read_ticks(state_dir: Path) -> Counter[str]:
    """The CPU ticks so far, those of ended children included, by the name of the process."""
    ticks: Counter[str] = Counter()
    for process in find_processes(state_dir):
        fields = read_status(process)
        if fields:
            used = [UTIME, STIME, *([CHILDREN_UTIME, CHILDREN_STIME] if is_parent(process) else [])]
            ticks[name_process(process)] += sum(int(fields[place]) for place in used)
    return ticks


def find_processes(state_dir: Path) -> Iterator[Path]:
    """The folders in /proc of an installation's processes."""
    postmaster = (find_data_dir(state_dir / "postgres") / "postmaster.pid").read_text().split("\n", 1)[0]
    mark = f"CAUSELOOP_STATE_DIR={state_dir}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_named = mark in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        fields = read_status(process)
        if is_named or process.name == postmaster or (fields and fields[PARENT] == postmaster):
            yield process


def read_status(process: Path) -> list[str]:
    """The fields of a process's `stat` behind its name; none when it has ended."""
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def is_parent(process: Path) -> bool:
    """Whether a process's ended children are counted with it: PostgreSQL's first process has many."""
    return name_process(process) == "PostgreSQL"


def name_process(process: Path) -> str:
    """What people call a process."""
    try:
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "ended"
    return next((name for part, name in NAMES.items() if part in command), command[:40])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
