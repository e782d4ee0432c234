"""The short form of `make chaos`: whatever is killed, an installation loses and doubles nothing."""

import subprocess
import sys

import pytest

from causeloop_pipeline.settings import ROOT

pytestmark = [pytest.mark.timeout(900), pytest.mark.database]


def test_kills_under_traffic_lose_nothing_double_nothing_and_leave_no_run_behind() -> None:
    session = subprocess.run(
        [sys.executable, "-m", "bench.chaos", "--seed", "7", "--end-within", "600"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=880,
    )

    assert session.returncode == 0, session.stdout + session.stderr
    assert " 0 lost, 0 doubled" in session.stdout
