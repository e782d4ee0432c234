"""Runs every benchmark, one process each: `python -m bench`."""

import subprocess
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "base_rates", "installation", "recurrence_prior"}


def main() -> int:
    """Each in turn; 1 when any falls short."""
    names = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHMARKS
    )
    short = [name for name in names if _run(name)]
    print("all goals reached" if not short else f"short of their goal: {', '.join(short)}")
    return int(bool(short))


def _run(name: str) -> int:
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
