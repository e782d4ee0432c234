"""What large bodies took goes back to the system, whatever small things were allocated beside them."""

import subprocess
import sys

MEASURE = """
from pathlib import Path
from api.http.memory import limit_kept_memory

def read_megabytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

if {is_limited}:
    limit_kept_memory()
for _ in range(3):
    before = read_megabytes()
    bodies, small = [], []
    for _ in range(20):
        bodies.append(bytearray(4_000_000))
        small.append(bytearray(1_000))
    bodies.clear()
    print(round(read_megabytes() - before))
"""


def measure(*, is_limited: bool) -> list[int]:
    """Megabytes that stay of each of three rounds of large bodies."""
    program = [sys.executable, "-c", MEASURE.format(is_limited=is_limited)]
    run = subprocess.run(program, capture_output=True, text=True, check=True)
    return [int(line) for line in run.stdout.split()]


def test_nothing_stays_of_large_bodies() -> None:
    assert max(measure(is_limited=True)) <= 5
