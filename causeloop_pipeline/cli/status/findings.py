"""Findings from the figures: a line for each subject, with what to do where something is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.cli.output.rereading import describe_rereading
from causeloop_pipeline.cli.output.terminal import format_count
from causeloop_pipeline.cli.status.dagster_figures import DagsterFigures
from causeloop_pipeline.storage.health.backlog_by_type import TypeFigures, WorkspaceFigures
from causeloop_pipeline.storage.health.product_figures import (
    INTERVALS_OF_SILENCE,
    ProductFigures,
    name_some,
)
from causeloop_pipeline.storage.health.silent_failures import (
    MAX_LAG_SECONDS,
    MAX_SILENT_SECONDS,
    MIN_GRADED,
    is_drifting,
)
from causeloop_pipeline.storage.raw.rereading import Rereading

MAX_HEARTBEAT_SECONDS = 120
MAX_QUEUED_SECONDS = 900
MAX_CONNECTION_SHARE = 0.8
MAX_BACK_SHARE, MIN_BACK = 0.2, 3


@dataclass(frozen=True)
class Status:
    """All figures of an installation; the API answers or does not."""

    is_api_up: bool
    product: ProductFigures
    dagster: DagsterFigures | None
    types: tuple[TypeFigures, ...] = ()
    named: tuple[WorkspaceFigures, ...] = ()
    """Workspaces by name, where the settings allow it."""
    rereading: Rereading | None = None


def find_problems(status: Status) -> Iterator[Finding]:
    """One finding for each subject, in the order in which records pass through."""
    yield from _judge_processes(status)
    yield from _judge_connectors(status.product)
    yield from _judge_backlog(status.product)
    yield ok("mappings", describe_rereading(status.rereading))
    yield from _judge_runs(status.dagster)
    yield _judge_calibration(status.product)
    yield _judge_fixes(status.product)
    yield _judge_database(status.product)


def _judge_processes(status: Status) -> Iterator[Finding]:
    start = "start it with `causeloop up`"
    yield ok("API", "answers") if status.is_api_up else wrong("API", "does not answer", start)
    age = status.dagster.heartbeat_age_seconds if status.dagster else None
    if age is None:
        yield wrong("daemon", "has never run here", f"{start}: without a daemon nothing is polled")
    elif age > MAX_HEARTBEAT_SECONDS:
        yield wrong("daemon", f"was seen {describe_seconds(age)} ago", f"{start}: nothing is polled")
    else:
        yield ok("daemon", f"was seen {describe_seconds(age)} ago")


def _judge_connectors(figures: ProductFigures) -> Iterator[Finding]:
    failing, silent = figures.failing_connectors, figures.silent_connectors
    of_all = f"of {format_count(figures.connectors, 'connector')}"
    if failing:
        message = f"{len(failing)} {of_all} fail: {name_some(failing)}"
        yield warning(
            "connectors", message, "each says why on its page; `causeloop doctor` tests the network"
        )
    else:
        yield ok("connectors", f"none {of_all} fails")
    if silent:
        message = f"{len(silent)} were not read for {INTERVALS_OF_SILENCE} intervals: {name_some(silent)}"
        yield wrong(
            "silence", message, "check that the daemon is running and that no runs are stuck in the queue"
        )
    else:
        yield ok("silence", "every connector was polled on time")


def _judge_backlog(figures: ProductFigures) -> Iterator[Finding]:
    lag = describe_seconds(figures.oldest_pending_seconds)
    waiting = f"{format_count(figures.pending_records, 'record')} waiting"
    if figures.pending_records and figures.oldest_pending_seconds > MAX_LAG_SECONDS:
        yield wrong(
            "lag", f"{waiting}, the oldest for {lag}", "look at the runs in Dagster: one is failing or queued"
        )
    else:
        yield ok("lag", f"{waiting}, the oldest for {lag}" if figures.pending_records else "no record waits")
    if figures.quarantined_in_a_day:
        message = f"{format_count(figures.quarantined_in_a_day, 'record')} of the last day could not be read"
        yield warning("quarantine", message, "the connector's page says why and can read them again")
    else:
        yield ok("quarantine", "every record of the last day could be read")
    yield _judge_messages(figures)


def _judge_messages(figures: ProductFigures) -> Finding:
    waiting = f"{format_count(figures.undelivered_messages, 'message')} waiting"
    if figures.undelivered_messages and figures.oldest_message_seconds > MAX_LAG_SECONDS:
        age = describe_seconds(figures.oldest_message_seconds)
        return warning(
            "messages", f"{waiting}, the oldest for {age}", "each rule shows the receiver's response"
        )
    if figures.given_up_in_a_day:
        message = (
            f"{format_count(figures.given_up_in_a_day, 'message')} of the last day could not be delivered"
        )
        return warning("messages", message, "each rule shows the receiver's response")
    return ok("messages", waiting if figures.undelivered_messages else "every message is delivered")


def _judge_runs(figures: DagsterFigures | None) -> Iterator[Finding]:
    if figures is None:
        return
    running = f"{figures.running} running, {figures.queued} queued"
    if figures.longest_silent_seconds > MAX_SILENT_SECONDS:
        message = f"{running}; {figures.silent_run} has written nothing for "
        message += describe_seconds(figures.longest_silent_seconds)
        yield wrong(
            "progress", message, "it ends by itself after two hours; end it in the Dagster UI to go on now"
        )
    else:
        yield ok("progress", "every run is making progress")
    failed, done = figures.failed_in_a_day, figures.succeeded_in_a_day
    if figures.queued and figures.longest_queued_seconds > MAX_QUEUED_SECONDS:
        age = describe_seconds(figures.longest_queued_seconds)
        yield wrong("runs", f"{running}, the longest for {age}", "check that the daemon starts runs")
    elif failed:
        message = f"{running}; {failed} of {failed + done} failed in the last day"
        yield warning("runs", message, "Dagster's list of runs says why")
    else:
        yield ok("runs", f"{running}; {done} succeeded in the last day")
    if figures.slots_of_ended_runs:
        message = f"{format_count(figures.slots_of_ended_runs, 'slot')} held by runs that have ended"
        yield wrong("slots", message, "restart Causeloop, which frees them")
    else:
        yield ok("slots", "no run that has ended holds one")


def _judge_calibration(figures: ProductFigures) -> Finding:
    predicted, occurred = figures.predicted_share, figures.occurred_share
    message = (
        f"{predicted:.0%} predicted, {occurred:.0%} occurred "
        f"({format_count(figures.graded_predictions, 'prediction')} of 90 days)"
    )
    if figures.graded_predictions < MIN_GRADED:
        return ok(
            "calibration", f"{format_count(figures.graded_predictions, 'prediction')} graded, too few to tell"
        )
    if is_drifting(figures):
        return warning("calibration", message, "the nightly run trains again; see Accuracy by workspace")
    return ok("calibration", message)


def _judge_fixes(figures: ProductFigures) -> Finding:
    held, back = figures.fixes_held, figures.fixes_back
    if not held:
        return ok("fixes", "none has held yet")
    message = f"of {held:,} that held {back:,} came back within 90 days"
    if back > MAX_BACK_SHARE * held and back >= MIN_BACK:
        return warning("fixes", message, "see Fixes on the overview: which patterns came back, and why")
    return ok("fixes", message)


def _judge_database(figures: ProductFigures) -> Finding:
    message = (
        f"{figures.database_bytes / 1e9:.1f} GB, {figures.connections} of "
        f"{figures.max_connections} connections, {format_count(figures.workspaces, 'workspace')}"
    )
    if figures.connections > MAX_CONNECTION_SHARE * figures.max_connections:
        return warning("database", message, "raise max_connections or stop what holds them")
    if figures.failed_workspaces:
        message = f"{message}; {figures.failed_workspaces} could not be analyzed"
        return warning("database", message, "their overview says which stage failed and why")
    return ok("database", message)


def describe_seconds(seconds: float) -> str:
    """A span in the unit that fits it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
