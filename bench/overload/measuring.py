"""Runs attacks and measures what another tenant notices, and how much memory the API takes."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.api.clients import compute_quantile
from bench.memory import read_memory_bytes
from bench.overload.attacks import Attack

MAX_RATIO, MAX_MS, MAX_MEMORY_RATIO = 3.0, 250.0, 1.3
SECONDS_BETWEEN_LOOKS = 0.1
SETTLE_SECONDS = 1.0


@dataclass(frozen=True)
class Observed:
    """What the other tenant noticed, and the most memory that the API's processes took meanwhile."""

    reads: int
    p50: float
    p95: float
    worst: float
    failed: int
    memory: float

    def compare(self, quiet: "Observed") -> list[str]:
        """The goals that are missed against a quiet API."""
        missed = []
        if self.p95 > MAX_RATIO * quiet.p95 or self.p95 > MAX_MS:
            missed.append(f"p95 {self.p95:.0f} ms, {self.p95 / quiet.p95:.1f} × quiet")
        if self.failed:
            missed.append(f"{self.failed} of {self.reads} reads failed")
        if self.memory > MAX_MEMORY_RATIO * quiet.memory:
            missed.append(f"memory {self.memory / quiet.memory:.2f} × quiet")
        return missed

    def format(self, quiet: "Observed") -> str:
        """One row of the table."""
        return (
            f"{self.reads:6} {self.p50:8.0f} {self.p95:8.0f} {self.p95 / quiet.p95:6.1f} {self.worst:8.0f} "
            f"{self.failed:7} {self.memory / 1e6:7.0f} {self.memory / quiet.memory:6.2f}"
        )


HEAD = f"{'reads':>6} {'p50 ms':>8} {'p95 ms':>8} {'×':>6} {'max ms':>8} {'failed':>7} {'MB':>7} {'×':>6}"


async def observe(port: int, process: int, victim: str, seconds: float) -> Observed:
    """Read as another tenant for some seconds."""
    reading = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.overload.other_tenant",
        str(port),
        str(seconds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    peak = 0.0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, sum(map(read_memory_bytes, list_processes(process))))
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    watching = asyncio.create_task(watch())
    output, _ = await reading.communicate(victim.encode())
    watching.cancel()
    answers = json.loads(output)
    waits = [milliseconds for _, milliseconds in answers]
    failed = sum(status != 200 for status, _ in answers)
    return Observed(
        len(waits), compute_quantile(waits, 0.5), compute_quantile(waits, 0.95), max(waits), failed, peak
    )


async def measure(attack: Attack, port: int, process: int, victim: str, seconds: float) -> Observed:
    """What the other tenant notices of an attack."""
    attacking = asyncio.ensure_future(attack.run(port))
    try:
        await asyncio.sleep(SETTLE_SECONDS)
        return await observe(port, process, victim, seconds)
    finally:
        attacking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await attacking


def list_processes(process: int) -> Iterator[Path]:
    """A process and all that it has started, by their folders in /proc."""
    folder = Path(f"/proc/{process}")
    yield folder
    with contextlib.suppress(OSError):
        for children in folder.glob("task/*/children"):
            for child in children.read_text().split():
                yield from list_processes(int(child))
