"""Why runs fail, each cause once: the state between two ticks over Dagster's runs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterInstance, RunRecord

from causeloop_pipeline.orchestration.run_scope import TRIGGER

FIRST_LOOK_BACK, OVERLAP = timedelta(hours=1), timedelta(seconds=10)
MAX_RUNS_PER_LOOK = 200
FAILURES = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}


@dataclass
class OpenCause:
    """A cause of a trigger's failing runs; times are seconds since 1970."""

    trigger: str
    cause: str
    first_run: str
    since: float
    last: float
    failed_runs: int = 1


@dataclass
class RunFailureWatch:
    """Up to when runs were checked, the runs of the last check, and the open causes by their key."""

    until: float
    seen: list[str] = field(default_factory=list)
    causes: dict[str, OpenCause] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None, now: datetime) -> "RunFailureWatch":
        """Parse a cursor; without one, failures of the last hour count as new."""
        if not cursor:
            return cls((now - FIRST_LOOK_BACK).timestamp())
        stored = json.loads(cursor)
        causes = {key: OpenCause(**cause) for key, cause in stored.pop("causes").items()}
        return cls(**stored, causes=causes)

    def write(self) -> str:
        """Serialize as a cursor."""
        return json.dumps(asdict(self))

    def note(self, record: RunRecord, trigger: str, cause: str) -> OpenCause | None:
        """Count a failed run; returns its cause if this is the first one."""
        ended = record.end_time or record.update_timestamp.timestamp()
        key = f"{trigger}: {cause}"
        if key in self.causes:
            open_cause = self.causes[key]
            open_cause.failed_runs, open_cause.last = open_cause.failed_runs + 1, max(open_cause.last, ended)
            return None
        self.causes[key] = OpenCause(trigger, cause, record.dagster_run.run_id, ended, ended)
        return self.causes[key]

    def close_cause(self, cause: OpenCause) -> None:
        """Close a cause."""
        self.causes.pop(f"{cause.trigger}: {cause.cause}", None)


def find_new_failures(instance: DagsterInstance, watch: RunFailureWatch) -> list[RunRecord]:
    """The runs that failed since the last check, oldest first, including those of other code locations."""
    since = datetime.fromtimestamp(watch.until, UTC) - OVERLAP
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    records = instance.get_run_records(
        failed, limit=MAX_RUNS_PER_LOOK, order_by="update_timestamp", ascending=True
    )
    return [record for record in records if record.dagster_run.run_id not in watch.seen]


def mark_seen(watch: RunFailureWatch, record: RunRecord) -> None:
    """Record that a failed run was handled."""
    updated = record.update_timestamp.replace(tzinfo=UTC).timestamp()
    watch.until = max(watch.until, updated)
    watch.seen = [*watch.seen, record.dagster_run.run_id][-MAX_RUNS_PER_LOOK:]


def find_ended_causes(instance: DagsterInstance, causes: Iterable[OpenCause]) -> list[OpenCause]:
    """The causes after whose last failure a run of the same trigger has succeeded."""
    return [cause for cause in causes if _has_succeeded_since(instance, cause)]


def describe_run_failure(instance: DagsterInstance, run_id: str) -> str:
    """The failed step and the kind of error; messages are left out because they could quote customer text."""
    kinds = []
    for entry in instance.all_logs(run_id, of_type=FAILURES):
        event = entry.dagster_event
        if event is None:
            continue
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            return f"step {event.step_key} ended with {error.cls_name if error else 'an unknown error'}"
        reason = event.job_failure_data.failure_reason
        kinds.append(reason.value.lower().replace("_", " ") if reason else "its process ended without a word")
    return kinds[0] if kinds else "its process ended without a word"


def _has_succeeded_since(instance: DagsterInstance, cause: OpenCause) -> bool:
    succeeded = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS],
        tags={TRIGGER: cause.trigger},
        updated_after=datetime.fromtimestamp(cause.last, UTC),
    )
    return bool(instance.get_run_records(succeeded, limit=1))
