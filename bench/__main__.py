"""Runs every benchmark, each in a process of its own: `python -m bench`."""

import subprocess
import sys

BENCHMARKS = (
    "advice.endings",
    "advice.families",
    "advice.rubric",
    "api",
    "cold_start",
    "connectors",
    "grouping",
    "landing",
    "orchestration.event_log",
    "orchestration.idle",
    "orchestration.shares",
    "overload",
    "predictions",
    "proof",
    "prophet",
    "recurrence",
    "recurrence.young_histories",
    "run",
    "screens",
    "sensors",
    "stability",
    "sync",
    "timing",
)


def main() -> int:
    """Runs one after the other; 1 when any misses a goal."""
    missed = [name for name in BENCHMARKS if _run(name)]
    print(f"goals missed by: {', '.join(missed)}" if missed else "all goals met")
    return int(bool(missed))


def _run(name: str) -> int:
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
