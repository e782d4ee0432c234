"""Launches runs by Celery, and reports to Dagster's monitor which of them have lost their worker.

A task whose machine is gone stays "started" in Celery's results forever. So the workers report their active
tasks; a run that is missing from several answers in a row has lost its worker. An unreachable broker says
nothing about a run, which continues without it.
"""

import time
from typing import Any

from dagster import DagsterRun
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from causeloop_pipeline.orchestration.dagster_internals.runs import CheckRunHealthResult, WorkerStatus

ANSWER_SECONDS = 2.0
KEPT_SECONDS = 5.0
"""One answer serves all runs in a round of the monitor."""

MAX_MISSES = 3
ENDED = (WorkerStatus.SUCCESS, WorkerStatus.FAILED)


class MonitoredCeleryRunLauncher(CeleryRunLauncher):
    """The Celery launcher, whose runs fail soon after their worker was lost and can always be cancelled."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._answers_without: dict[str, set[float]] = {}
        self._active: frozenset[str] = frozenset()
        self._answered_at = -KEPT_SECONDS

    def terminate(self, run_id: str) -> bool:
        """Cancel a run; a queued one is not started."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        self._instance.report_run_canceling(run)
        return bool(super().terminate(run_id))

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether a worker still has the run's task, as far as the broker responds."""
        task_id = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        if task_id is None:  # it began before its launch was recorded
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        try:
            health = super().check_run_worker_health(run)
            is_active = health.status not in ENDED and task_id in self._list_active_tasks()
        except (OperationalError, RedisError, OSError):
            return CheckRunHealthResult(WorkerStatus.RUNNING, "the broker does not answer")
        has_ended = health.status in ENDED
        if not has_ended and not is_active:
            return self._judge_missing(task_id)
        self._answers_without.pop(task_id, None)
        return health if has_ended else CheckRunHealthResult(WorkerStatus.RUNNING)

    def _judge_missing(self, task_id: str) -> CheckRunHealthResult:
        """An answer counts once, however many looks it serves: a run may begin right after it."""
        answers = self._answers_without.setdefault(task_id, set())
        answers.add(self._answered_at)
        if len(answers) < MAX_MISSES:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        del self._answers_without[task_id]
        return CheckRunHealthResult(WorkerStatus.FAILED, "no worker has the run: its machine was lost")

    def _list_active_tasks(self) -> frozenset[str]:
        """The active tasks that workers report."""
        if time.monotonic() - self._answered_at >= KEPT_SECONDS:
            answers = self.celery.control.inspect(timeout=ANSWER_SECONDS).active() or {}
            self._active = frozenset(task["id"] for tasks in answers.values() for task in tasks)
            self._answered_at = time.monotonic()
        return self._active
