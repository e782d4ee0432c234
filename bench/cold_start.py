"""Cold start: how long the definitions take to import, compared with Dagster alone, in fresh processes.

Goal: at most 1.5 times the time of Dagster itself, so that a run, a sensor's code server and every plain
`dagster` command start about as fast as they can.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS, GOAL = 7, 1.5
MEASURE_IMPORT = "import time; began = time.process_time(); import {}; print(time.process_time() - began)"


def main() -> int:
    """Measures both by turns; 1 when the goal is missed."""
    from causeloop_pipeline.settings import ROOT

    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CAUSELOOP_STATE_DIR": folder, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        measure_import("causeloop_pipeline.definitions", environment)
        assert (Path(folder) / "dbt" / "target" / "manifest.json").exists()
        pairs = [
            (
                measure_import("causeloop_pipeline.definitions", environment),
                measure_import("dagster", environment),
            )
            for _ in range(ROUNDS)
        ]
    ours, alone = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"definitions import in {ours:.2f} CPU s, dagster alone in {alone:.2f}: "
        f"ratio {ours / alone:.2f} (goal at most {GOAL})"
    )
    return int(ours / alone > GOAL)


def measure_import(module: str, environment: dict[str, str]) -> float:
    """CPU seconds that a fresh process needs to import a module."""
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEASURE_IMPORT.format(module)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(process.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
