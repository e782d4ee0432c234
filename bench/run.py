"""The time from `make run` to ranked recommendations, its memory, and the time from a webhook to its pattern.

Goals: recommendations in under 60 s with everything installed, under 3 GB for all processes together, and a
signed webhook is an issue with a pattern within 15 s (p95 of 20 deliveries), nobody touching Dagster.
"""

import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.installation import (
    RunningInstallation,
    copy_event,
    find_grouped_issue,
    post_signed_event,
    wait_until_grouped,
)
from bench.memory import read_memory_bytes
from causeloop_pipeline.demo.accounts import make_token
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir, remove_server

MAX_START_SECONDS, MAX_MEMORY_BYTES, MAX_WEBHOOK_SECONDS = 60.0, 3.0e9, 15.0
DELIVERIES = 20
SAMPLE_SECONDS = 1.0  # between two measurements of memory
MAX_WAIT_SECONDS = 60.0  # for the pattern of a delivery
MAX_GAP_SECONDS = 12.0  # between deliveries, so that they come at random moments of the sensors' ticks
SEED = 20


def main() -> int:
    """Starts an installation, measures it and ends it; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        running = RunningInstallation(Path(folder))
        memory = _MemoryPeak(Path(folder))
        began = time.monotonic()
        running.start()
        memory.start()
        try:
            running.await_line("Dagster UI")
            seconds = time.monotonic() - began
            memory.ended.set()  # measuring every process each second would slow down what follows
            latencies = sorted(measure_webhooks(running))
        finally:
            memory.ended.set()
            running.end()
            remove_server(Path(folder) / "postgres")
    p50, p95 = latencies[len(latencies) // 2], latencies[int(0.95 * len(latencies)) - 1]
    print(
        f"first recommendations after {seconds:.1f} s (goal {MAX_START_SECONDS:.0f}), "
        f"at most {memory.peak / 1e9:.2f} GB (goal {MAX_MEMORY_BYTES / 1e9:.0f}), "
        f"webhook to pattern p50 {p50:.1f} s, p95 {p95:.1f} s of {DELIVERIES} "
        f"(goal {MAX_WEBHOOK_SECONDS:.0f})"
    )
    return int(seconds > MAX_START_SECONDS or memory.peak > MAX_MEMORY_BYTES or p95 > MAX_WEBHOOK_SECONDS)


def measure_webhooks(running: RunningInstallation) -> list[float]:
    """Seconds from a delivery to its issue having the pattern it repeats, one delivery after another."""
    latencies: list[float] = []
    with running.client("storefront") as client:
        connectors = client.get("/v1/connectors?limit=100").json()["data"]
        connector = next(c for c in connectors if c["type"] == "custom_api")
        like = find_grouped_issue(client)
        secret = f"{make_token('storefront', 'custom_api')}-webhook"
        gaps = random.Random(SEED)
        for number in range(DELIVERIES):
            time.sleep(gaps.uniform(0, MAX_GAP_SECONDS))
            began = time.monotonic()
            post_signed_event(client, connector["id"], secret, copy_event(like, f"bench-{number}"))
            (issue,) = wait_until_grouped(client, f"bench-{number}", MAX_WAIT_SECONDS)
            assert issue["pattern_id"] == like["pattern_id"]
            latencies.append(time.monotonic() - began)
    return latencies


class _MemoryPeak(threading.Thread):
    """The largest sum of proportional set sizes over all processes of one state folder."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(daemon=True)
        self.mark = str(state_dir).encode()
        self.database = state_dir / "postgres"
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(SAMPLE_SECONDS):
            postmaster = self._postmaster()
            ours = [process for process in Path("/proc").glob("[0-9]*") if self._is_ours(process, postmaster)]
            self.peak = max(self.peak, sum(map(read_memory_bytes, ours)))

    def _postmaster(self) -> str:
        pid_file = find_data_dir(self.database) / "postmaster.pid"
        return pid_file.read_text().split("\n", 1)[0] if pid_file.exists() else ""

    def _is_ours(self, process: Path, postmaster: str) -> bool:
        try:
            parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
            named = self.mark in (process / "environ").read_bytes()
        except OSError:
            return False
        return named or postmaster in {process.name, parent}


if __name__ == "__main__":
    sys.exit(main())
