"""Spans of a run's steps, which continue the traces of the deliveries that the run processes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.telemetry.tracing import flush, is_tracing, make_span

FIRST, LAST = "issues", "recommendations"


@contextmanager
def trace_stage(
    installation: Installation, stage: str, run_id: str, workspace_ids: Sequence[UUID]
) -> Iterator[None]:
    """A span around a stage of a run; does nothing while tracing is off."""
    if not is_tracing():
        yield
        return
    from causeloop_pipeline.storage.health.delivery_traces import end_traces, read_traces, take_traces

    with installation.database.workspaces(workspace_ids) as session:
        parents = (
            take_traces(session, run_id, workspace_ids)
            if stage == FIRST
            else read_traces(session, workspace_ids)
        )
    attributes: dict[str, str | int | float | bool] = {
        "causeloop.stage": stage,
        "dagster.run_id": run_id,
        "causeloop.workspaces": len(workspace_ids),
    }
    try:
        with make_span(f"stage {stage}", attributes, parents=parents):
            yield
    finally:
        if stage == LAST:
            with installation.database.workspaces(workspace_ids) as session:
                end_traces(session, workspace_ids)
        flush()
