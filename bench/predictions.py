"""How long a workspace's predictions take from PostgreSQL and back: `python -m bench.predictions [patterns]`.

Runs what the asset runs, on an embedded server: a night, in which the models are learned from the ledger too,
then days on which every pattern has failed again. Goals: a day over 10,000 patterns of 180 days within 3 s,
a night's learning within 15 CPU seconds, and time and memory that grow no faster than the patterns do.
"""

import math
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from bench.data.stored_patterns import DAYS, fail_again, fill_workspace
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database import roles
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.embedded.installation import prepare_database
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

AS_OF = datetime(2026, 6, 1, 2, tzinfo=UTC)
SIZES, JUDGED = (1_000, 10_000, 100_000), 10_000
GOAL_SECONDS, GOAL_LEARNING, GOAL_EXPONENT, GOAL_BYTES_A_PATTERN = 3.0, 15.0, 1.15, 40_000
ROUNDS, PEERS = 3, 6
STEPS = {
    "read": (
        "predictions_due",
        "read_patterns",
        "read_occurrences",
        "read_changes",
        "read_ledger",
        "read_model",
    ),
    "learn": ("ledger_record", "learn_recurrence", "learned_text"),
    "predict": ("build_history", "running_gaps", "recurrence_rows", "answer", "_predictions"),
    "where and when": ("_known", "_about", "pattern_impacts"),
    "triggers": ("likely_triggers",),
    "curves": ("forecast_curves",),
    "write": ("append_predictions", "replace_forecasts", "keep_model", "replace_weights"),
}


class Clock(threading.local):
    """Wall and CPU seconds by step; a step that is called within another is not counted there."""

    def __init__(self, wall: dict[str, float], cpu: dict[str, float]) -> None:
        self.wall, self.cpu = wall, cpu
        self.within: list[list[float]] = []

    def timed(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, which reports how long it took."""

        @wraps(work)
        def clocked(*given: Any, **named: Any) -> Any:
            self.within.append([0.0, 0.0])
            began = time.perf_counter(), time.process_time()
            try:
                return work(*given, **named)
            finally:
                spent = time.perf_counter() - began[0], time.process_time() - began[1]
                inner = self.within.pop()
                self.wall[step] = self.wall.get(step, 0.0) + spent[0] - inner[0]
                self.cpu[step] = self.cpu.get(step, 0.0) + spent[1] - inner[1]
                for outer in self.within[-1:]:
                    outer[:] = outer[0] + spent[0], outer[1] + spent[1]

        return clocked


@dataclass(frozen=True)
class Passage:
    """One pass of the asset over a workspace."""

    wall: float
    cpu: float
    database_cpu: float
    said: int
    steps: dict[str, float]
    learning_cpu: float

    def told(self) -> str:
        """One line; steps run side by side where they can."""
        steps = ", ".join(f"{step} {self.steps.get(step, 0.0):.2f}" for step in STEPS)
        return (
            f"{self.wall:.2f} s ({self.cpu:.1f} + {self.database_cpu:.1f} CPU s), {self.said:,} said: {steps}"
        )


@dataclass(frozen=True)
class Measured:
    """A workspace's figures."""

    patterns: int
    night: Passage
    day: Passage
    peak_bytes: int

    def told(self) -> str:
        """What is printed."""
        head = f"{self.patterns:,} patterns, {self.peak_bytes / 1e6:,.0f} MB at most"
        return f"{head}\n  night {self.night.told()}\n  day   {self.day.told()}"


def main() -> int:
    """Measure every size; 1 when a goal is missed."""
    sizes = sorted(int(word) for word in sys.argv[1:]) or list(SIZES)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CAUSELOOP_STATE_DIR"] = folder
        server = prepare_database(Path(folder), settings().postgres_bin_dir)
        if server is None:
            print("this benchmark needs the embedded server: unset CAUSELOOP_DATABASE_URL")
            return 1
        try:
            measured = []
            for size in sizes:
                measured.append(measure(server.url(roles.DATABASE), size))
                print(measured[-1].told(), flush=True)
        finally:
            remove_server(Path(folder) / "postgres")
    _compare(measured[-1])
    return int(not all(list(_judged(measured))))


def measure(superuser_url: str, patterns: int) -> Measured:
    """A week before, a graded night, and days on which everything failed again."""
    workspace_id = fill_workspace(superuser_url, patterns, AS_OF)
    database = Database(settings().required("pipeline_database_url"))
    _passage(database, workspace_id, AS_OF - timedelta(days=8))
    _grade(database, workspace_id)
    night = _passage(database, workspace_id, AS_OF)
    days = []
    for number in range(1 if patterns > JUDGED else ROUNDS):
        at = AS_OF + timedelta(hours=1 + number)
        fail_again(superuser_url, workspace_id, patterns, at)
        days.append(_passage(database, workspace_id, at + timedelta(minutes=30)))
    day = sorted(days, key=lambda one: one.wall)[len(days) // 2]
    return Measured(patterns, night, day, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _passage(database: Database, workspace_id: UUID, as_of: datetime) -> Passage:
    from causeloop_pipeline.orchestration.assets.predictions import predict_workspace
    from causeloop_pipeline.orchestration.stage import Step
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace

    context: Any = None  # nothing in this stage reads it
    with _clocked() as clock, database.workspace(workspace_id) as session:
        backend = session.row("select pg_backend_pid() as pid") or {}
        began = time.perf_counter(), time.process_time(), _process_cpu(backend["pid"])
        step = Step(session, ScopedWorkspace(workspace_id, "Europe/Berlin"), as_of, context, {})
        said = int(predict_workspace(step)["predictions"])
        session.connection.commit()
        wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
        database_cpu = _process_cpu(backend["pid"]) - began[2]
    return Passage(wall, cpu, database_cpu, said, clock.wall, clock.cpu.get("learn", 0.0))


def _process_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _clocked() -> Iterator[Clock]:
    """Put a clock around the functions of every step, wherever the asset takes them from."""
    clock, replaced = Clock({}, {}), []
    for step, names in STEPS.items():
        for module in _modules():
            for name in names:
                if name in vars(module):
                    replaced.append((module, name, getattr(module, name)))
                    setattr(module, name, clock.timed(step, getattr(module, name)))
    try:
        yield clock
    finally:
        for module, name, work in replaced:
            setattr(module, name, work)


def _modules() -> Sequence[ModuleType]:
    from causeloop_pipeline.analysis.predict import predictions as recurrence_predictions
    from causeloop_pipeline.analysis.predict import risk
    from causeloop_pipeline.analysis.predict.recurrence import trained_model_json
    from causeloop_pipeline.storage.core import changes, issues
    from causeloop_pipeline.storage.detect import patterns
    from causeloop_pipeline.storage.predict import forecasts, predictions, trained_models

    return (
        *(recurrence_predictions, trained_model_json, risk),
        *(changes, forecasts, issues, trained_models, patterns, predictions),
    )


def _grade(database: Database, workspace_id: UUID) -> None:
    """What became of the predictions of a week before: the night learns from it."""
    from causeloop_pipeline.analysis.predict.outcomes import grade_predictions
    from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA
    from causeloop_pipeline.storage.core.issues import read_occurrences
    from causeloop_pipeline.storage.predict.predictions import append_outcomes, read_undecided

    def graded(session: Session) -> int:
        undecided = read_undecided(session, workspace_id, AS_OF)
        occurrences = read_occurrences(session, workspace_id, OCCURRENCE_SCHEMA)
        outcomes = grade_predictions(undecided, occurrences, None, as_of=AS_OF)
        return append_outcomes(session, workspace_id, outcomes, AS_OF)

    with database.workspace(workspace_id) as session:
        assert graded(session)


def _compare(measured: Measured) -> None:
    """What stock Prophet alone would cost for as many series."""
    import logging
    from datetime import date

    from bench.prophet import counts, cpu, stock
    from causeloop_pipeline.analysis.predict.prophet.batch import batch_design

    logging.disable(logging.WARNING)
    series, design = counts(PEERS, DAYS, 1), batch_design("flat", date(2025, 1, 1), DAYS, 14)
    stock("flat", series[:1], design)
    taken = []
    for row in series:
        began = cpu()
        stock("flat", row[None], design)
        taken.append(cpu() - began)
    theirs, ours = (
        statistics.median(taken) * measured.patterns,
        measured.night.cpu + measured.night.database_cpu,
    )
    print(
        f"a night over {measured.patterns:,} patterns with all it reads, learns, finds and writes: "
        f"{ours:.1f} CPU s; stock Prophet's curves alone: {theirs:,.0f}, {theirs / ours:,.0f} times as much"
    )


def _judged(measured: Sequence[Measured]) -> Iterator[bool]:
    for one in (one for one in measured if one.patterns == JUDGED):
        yield _goal(f"a day over {JUDGED:,} patterns", one.day.wall, GOAL_SECONDS, "s")
        yield _goal("the night's learning", one.night.learning_cpu, GOAL_LEARNING, "CPU s")
    for small, large in pairwise(measured):
        if small.patterns >= JUDGED:
            ratio = math.log(large.patterns / small.patterns)
            exponent = math.log(large.day.wall / small.day.wall) / ratio
            name = f"exponent of growth from {small.patterns:,} to {large.patterns:,}"
            yield _goal(name, exponent, GOAL_EXPONENT, "")
            extra = (large.peak_bytes - small.peak_bytes) / (large.patterns - small.patterns)
            yield _goal("memory of a further pattern", extra / 1e3, GOAL_BYTES_A_PATTERN / 1e3, "kB")


def _goal(name: str, reached: float, most: float, unit: str) -> bool:
    print(f"{name}: {reached:.2f} {unit} (goal at most {most:g}): {'met' if reached <= most else 'MISSED'}")
    return reached <= most


if __name__ == "__main__":
    sys.exit(main())
