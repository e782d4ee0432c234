"""The columns of what proofs and expectations are drawn from, beside those of `model.frames`."""

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

EXPOSURE_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),  # null: of all patterns of the service
        "service": pl.String(),
        "unit": pl.String(),  # an ExposureUnit
        "started_at": INSTANT,
        "ended_at": INSTANT,
        "count": pl.Int64(),
        "is_attached": pl.Boolean(),  # by a person or program; else counted from stored runs
    }
)

EXPECTATION_SCHEMA = pl.Schema(
    {
        "expectation_id": pl.String(),
        "kind": pl.String(),  # an ExpectationKind
        "pattern_id": pl.String(),
        "service": pl.String(),  # null: any
        "job": pl.String(),
        "most": pl.Int64(),  # occurrences in a week
        "until": pl.Date(),  # the last day; null: forever
        "since": INSTANT,  # the fix
    }
)
JOB_RUN_SCHEMA = pl.Schema({"job": pl.String(), "ran_at": INSTANT, "is_success": pl.Boolean()})
