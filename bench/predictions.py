"""How long a workspace's predictions take from PostgreSQL and back: `python -m bench.predictions [patterns]`.

Runs the predictions stage on an embedded server: a night, in which the models are trained on the ledger too,
then days on which every pattern has failed again. Goals: a day over 10,000 patterns of 180 days within 3 s, a
night's training within 15 CPU seconds, and time and memory that grow no faster than the patterns do.
"""

import math
import os
import resource
import statistics
import sys
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

from bench.data.stored_patterns import DAYS, add_failure_of_each, create_workspace_of_patterns
from bench.embedded_server import open_embedded_server
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database import roles
from causeloop_pipeline.storage.database.session import Database

AS_OF = datetime(2026, 6, 1, 2, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000)
GOAL_SIZE = 10_000  # patterns that the goals are about
MAX_DAY_SECONDS = 3.0
MAX_TRAINING_SECONDS = 15.0
MAX_EXPONENT = 1.15
MAX_BYTES_PER_PATTERN = 40_000
DAYS_MEASURED = 3
STOCK_SERIES = 6
STEPS = {
    "read": (
        "read_due_predictions",
        "read_patterns",
        "read_occurrences",
        "read_changes",
        "read_ledger",
        "read_trained_model",
    ),
    "learn": ("read_past_forecasts", "train_model", "dump_trained_model"),
    "predict": (
        "build_history",
        "accumulate_gaps",
        "find_rhythms",
        "build_samples",
        "predict_probabilities",
        "_prediction_rows",
    ),
    "where and when": ("number_occurrences", "describe_patterns", "list_likely_times", "rate_impacts"),
    "triggers": ("find_triggers",),
    "curves": ("build_forecast_curves",),
    "write": ("append_predictions", "replace_forecasts", "store_trained_model", "replace_weights"),
}


class Clock(threading.local):
    """Wall and CPU seconds by step; nested steps are not counted in the outer one."""

    def __init__(self, wall: dict[str, float], cpu: dict[str, float]) -> None:
        self.wall, self.cpu = wall, cpu
        self.inner_seconds: list[list[float]] = []

    def measure(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function so that its time is recorded."""

        @wraps(work)
        def run_and_measure(*arguments: Any, **options: Any) -> Any:
            self.inner_seconds.append([0.0, 0.0])
            start = time.perf_counter(), time.process_time()
            try:
                return work(*arguments, **options)
            finally:
                spent = time.perf_counter() - start[0], time.process_time() - start[1]
                inner = self.inner_seconds.pop()
                self.wall[step] = self.wall.get(step, 0.0) + spent[0] - inner[0]
                self.cpu[step] = self.cpu.get(step, 0.0) + spent[1] - inner[1]
                for outer in self.inner_seconds[-1:]:
                    outer[:] = outer[0] + spent[0], outer[1] + spent[1]

        return run_and_measure


@dataclass(frozen=True)
class StageRun:
    """The figures of one run of the stage over a workspace."""

    wall: float
    cpu: float
    database_cpu: float
    predictions: int
    steps: dict[str, float]
    training_cpu: float

    def format(self) -> str:
        """One line; steps run side by side where they can."""
        steps = ", ".join(f"{step} {self.steps.get(step, 0.0):.2f}" for step in STEPS)
        cpu = f"{self.cpu:.1f} + {self.database_cpu:.1f} CPU s"
        return f"{self.wall:.2f} s ({cpu}), {self.predictions:,} predictions: {steps}"


@dataclass(frozen=True)
class PredictionFigures:
    """The figures of a workspace."""

    patterns: int
    night: StageRun
    day: StageRun
    peak_bytes: int

    def format(self) -> str:
        """What is printed."""
        head = f"{self.patterns:,} patterns, {self.peak_bytes / 1e6:,.0f} MB at most"
        return f"{head}\n  night {self.night.format()}\n  day   {self.day.format()}"


def main() -> int:
    """Measures every size; 1 when a goal is missed."""
    sizes = sorted(int(word) for word in sys.argv[1:]) or list(SIZES)
    with open_embedded_server() as (server, _):
        figures = []
        for size in sizes:
            figures.append(measure(server.url(roles.DATABASE), size))
            print(figures[-1].format(), flush=True)
    _compare_with_stock(figures[-1])
    return int(not all(list(_check_goals(figures))))


def measure(superuser_url: str, patterns: int) -> PredictionFigures:
    """Runs the stage a week earlier, in a night with outcomes, and on days when every pattern failed
    again."""
    workspace_id = create_workspace_of_patterns(superuser_url, patterns, AS_OF)
    database = Database(settings().require("pipeline_database_url"))
    _run_stage(database, workspace_id, AS_OF - timedelta(days=8))
    _resolve_outcomes(database, workspace_id)
    night = _run_stage(database, workspace_id, AS_OF)
    days = []
    for number in range(1 if patterns > GOAL_SIZE else DAYS_MEASURED):
        at = AS_OF + timedelta(hours=1 + number)
        add_failure_of_each(superuser_url, workspace_id, patterns, at)
        days.append(_run_stage(database, workspace_id, at + timedelta(minutes=30)))
    day = sorted(days, key=lambda run: run.wall)[len(days) // 2]
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return PredictionFigures(patterns, night, day, peak_bytes)


def _run_stage(database: Database, workspace_id: UUID, as_of: datetime) -> StageRun:
    from causeloop_pipeline.stages import predictions as stage
    from causeloop_pipeline.stages.context import RunOptions
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace

    with _measure_steps() as clock, database.workspace(workspace_id) as session:
        backend = session.row("select pg_backend_pid() as pid") or {}
        start = time.perf_counter(), time.process_time(), _read_process_cpu(backend["pid"])
        workspace = ScopedWorkspace(workspace_id, "Europe/Berlin")
        counts = stage.run(session, workspace, as_of, RunOptions("bench"))
        session.connection.commit()
        wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
        database_cpu = _read_process_cpu(backend["pid"]) - start[2]
    training_cpu = clock.cpu.get("learn", 0.0)
    return StageRun(wall, cpu, database_cpu, int(counts["predictions"]), clock.wall, training_cpu)


def _read_process_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _measure_steps() -> Iterator[Clock]:
    """Puts a clock around the functions of every step, in every module that calls them."""
    clock, originals = Clock({}, {}), []
    for step, names in STEPS.items():
        for name in names:
            callers = [module for module in _list_modules() if name in vars(module)]
            assert callers, f"no module calls {name}: correct STEPS"
            for module in callers:
                originals.append((module, name, getattr(module, name)))
                setattr(module, name, clock.measure(step, getattr(module, name)))
    try:
        yield clock
    finally:
        for module, name, work in originals:
            setattr(module, name, work)


def _list_modules() -> Sequence[ModuleType]:
    from causeloop_pipeline.analysis.predict import descriptions, risk
    from causeloop_pipeline.analysis.predict import predictions as recurrence_predictions
    from causeloop_pipeline.stages import predictions as stage

    return (recurrence_predictions, descriptions, risk, stage)


def _resolve_outcomes(database: Database, workspace_id: UUID) -> None:
    """Stores the outcomes of the predictions of a week before: the night trains on them."""
    from causeloop_pipeline.analysis.predict.outcomes import grade_predictions
    from causeloop_pipeline.storage.core.issues import read_occurrences
    from causeloop_pipeline.storage.predict.outcomes import append_outcomes, read_undecided_predictions

    with database.workspace(workspace_id) as session:
        undecided = read_undecided_predictions(session, workspace_id, AS_OF)
        occurrences = read_occurrences(session, workspace_id)
        outcomes = grade_predictions(undecided, occurrences, None, as_of=AS_OF)
        assert append_outcomes(session, workspace_id, outcomes, AS_OF)


def _compare_with_stock(figures: PredictionFigures) -> None:
    """Prints what stock Prophet alone would cost for as many series."""
    import logging
    from datetime import date

    from bench.prophet import draw_counts, forecast_by_stock, read_cpu_seconds
    from causeloop_pipeline.analysis.predict.prophet.batch import build_batch_design

    logging.disable(logging.WARNING)
    series = draw_counts(STOCK_SERIES, DAYS, 1)
    design = build_batch_design("flat", date(2025, 1, 1), DAYS, 14)
    forecast_by_stock("flat", series[:1], design)  # the first one also compiles
    seconds = []
    for row in series:
        start = read_cpu_seconds()
        forecast_by_stock("flat", row[None], design)
        seconds.append(read_cpu_seconds() - start)
    theirs = statistics.median(seconds) * figures.patterns
    ours = figures.night.cpu + figures.night.database_cpu
    print(
        f"a night over {figures.patterns:,} patterns with reading, training, triggers and writing: "
        f"{ours:.1f} CPU s; stock Prophet's curves alone: {theirs:,.0f}, {theirs / ours:,.0f} times as much"
    )


def _check_goals(figures: Sequence[PredictionFigures]) -> Iterator[bool]:
    for workspace in figures:
        if workspace.patterns == GOAL_SIZE:
            yield _check(f"a day over {GOAL_SIZE:,} patterns", workspace.day.wall, MAX_DAY_SECONDS, "s")
            training = workspace.night.training_cpu
            yield _check("the night's training", training, MAX_TRAINING_SECONDS, "CPU s")
    for small, large in pairwise(figures):
        if small.patterns >= GOAL_SIZE:
            growth = math.log(large.patterns / small.patterns)
            exponent = math.log(large.day.wall / small.day.wall) / growth
            name = f"exponent of growth from {small.patterns:,} to {large.patterns:,}"
            yield _check(name, exponent, MAX_EXPONENT, "")
            extra = (large.peak_bytes - small.peak_bytes) / (large.patterns - small.patterns)
            yield _check("memory of a further pattern", extra / 1e3, MAX_BYTES_PER_PATTERN / 1e3, "kB")


def _check(name: str, reached: float, limit: float, unit: str) -> bool:
    met = reached <= limit
    print(f"{name}: {reached:.2f} {unit} (goal at most {limit:g}): {'met' if met else 'MISSED'}")
    return met


if __name__ == "__main__":
    sys.exit(main())
