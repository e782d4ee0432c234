"""Launches runs as Dagster does, and reports to its monitor which of them have lost their worker.

The code server reports a dead worker only while the database responds, and gives up for good after one
failure. So the monitor checks the worker's process itself: the daemon runs on the code server's machine.
"""

import os
from pathlib import Path

from dagster import DagsterEventType, DagsterRun, DefaultRunLauncher

from causeloop_pipeline.orchestration.dagster_internals.runs import CheckRunHealthResult, WorkerStatus

PROC = Path("/proc")
ENDED_STATES = {"Z", "X"}


class MonitoredRunLauncher(DefaultRunLauncher):
    """The default launcher, whose runs fail soon after their worker has died silently."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Always: worker health is checked by pid."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the worker process in a run's events is still alive."""
        pid = self._find_worker(run)
        if pid is None or is_alive(pid):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, f"process {pid} has ended", run_worker_id=str(pid))

    def _find_worker(self, run: DagsterRun) -> int | None:
        events = self._instance.event_log_storage.get_logs_for_run(
            run.run_id, of_type={DagsterEventType.ENGINE_EVENT}
        )
        for entry in events:
            event = entry.dagster_event
            metadata = event.engine_event_data.metadata if event else {}
            if "pid" in metadata:
                return int(str(metadata["pid"].value))
        return None


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; zombies do not count."""
    if not PROC.joinpath("self").exists():
        return _answers_to_signals(pid)
    try:
        status = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] not in ENDED_STATES


def _answers_to_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
