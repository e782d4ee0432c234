"""Which runs of a Dagster are the product's own: a team's Dagster may hold other code locations beside it.

Dagster tags every run that the daemon or the UI starts with its code location: by a sensor, a schedule or a
person, backfills included.
"""

from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from causeloop_pipeline.orchestration.dagster_internals.runs import (
    REPOSITORY_LABEL_TAG,
    SINGLETON_REPOSITORY_NAME,
)

CODE_LOCATION = "causeloop"
"""The name under which `causeloop up` and the files in `deploy/` load the product."""

OWN_LABEL = f"{SINGLETON_REPOSITORY_NAME}@{CODE_LOCATION}"


def filter_own_runs(
    statuses: Sequence[dg.DagsterRunStatus],
    *,
    label: str = OWN_LABEL,
    updated_after: datetime | None = None,
    updated_before: datetime | None = None,
) -> dg.RunsFilter:
    """The product's own runs of some statuses."""
    return dg.RunsFilter(
        statuses=list(statuses),
        tags={REPOSITORY_LABEL_TAG: label},
        updated_after=updated_after,
        updated_before=updated_before,
    )


def read_label(run: dg.DagsterRun) -> str:
    """The code location label of a run; a team may have chosen its own name."""
    origin = run.remote_job_origin
    return origin.repository_origin.get_label() if origin else OWN_LABEL
