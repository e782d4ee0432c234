"""Ends a run that takes longer than it may, from within: with its stack in the log, and with what it held.

Dagster's monitor asks a run to end, which one that waits in a library forever never hears. Here a thread of
its process writes where it stands, reports the failure, and ends the process; a second clock, which needs
neither Python nor a database, does it where that thread cannot.
"""

import faulthandler
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.run_requests import MAX_RUN_SECONDS, MAX_RUNTIME_TAG
from causeloop_pipeline.orchestration.run_scope import require_partition

SECONDS_TO_REPORT = 30.0
"""After which the second clock ends the process."""

STDERR = 2
MAX_STACK = 4_000
EXIT_CODE = 70
ReportStack = Callable[[str], None]


class BoundedExecutor(dg.Executor):
    """An executor whose runs end after their longest time."""

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> Any:
        """As the inner executor has them."""
        return self._inner.retries

    @property
    def step_dependency_config(self) -> Any:
        """As the inner executor has it."""
        return self._inner.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Execute the steps, for as long as the run's tag allows."""
        run = plan_context.dagster_run
        require_partition(plan_context)
        seconds = float(run.tags.get(MAX_RUNTIME_TAG, MAX_RUN_SECONDS))
        with end_after(seconds, partial(fail_run, plan_context.instance, run.run_id, seconds)):
            yield from self._inner.execute(plan_context, execution_plan)


_make_inner = cast(Callable[[Any], dg.Executor], dg.in_process_executor.executor_creation_fn)


@dg.executor(name="in_process", config_schema=cast(Any, dg.in_process_executor.config_schema))
def limit_in_process_executor(context: dg.InitExecutorContext) -> dg.Executor:
    """All steps in the run's own process, which ends after the run's longest time."""
    return BoundedExecutor(_make_inner(context))


@contextmanager
def end_after(seconds: float, report: ReportStack) -> Iterator[None]:
    """End this process unless the block ends before; `report` is given the stacks of all threads."""
    timer = threading.Timer(seconds, _end_process, (report,))
    timer.daemon = True
    faulthandler.dump_traceback_later(seconds + SECONDS_TO_REPORT, exit=True, file=STDERR)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        faulthandler.cancel_dump_traceback_later()


def _end_process(report: ReportStack) -> None:
    stacks = _read_stacks()
    sys.stderr.write(f"a run took longer than it may and is ended; it stands here:\n{stacks}\n")
    try:
        report(stacks)
    except Exception:
        traceback.print_exc()  # the process ends whatever becomes of the report
    finally:
        sys.stderr.flush()
        os._exit(EXIT_CODE)


def _read_stacks() -> str:
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        return file.read()


def _choose_main_thread(stacks: str) -> str:
    """The part of the thread that began first, which is the last."""
    return stacks[max(stacks.rfind("\nThread 0x"), 0) :].strip()[:MAX_STACK]


def fail_run(instance: DagsterInstance, run_id: str, seconds: float, stacks: str) -> None:
    """Mark a run as failed, with where it stood."""
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        message = (
            f"the run took longer than {seconds:,.0f} s ({MAX_RUNTIME_TAG}) and was ended. It stood here:"
        )
        instance.report_run_failed(run, f"{message}\n{_choose_main_thread(stacks)}")
