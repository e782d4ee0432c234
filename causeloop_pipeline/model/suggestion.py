"""A suggestion: two issues that may have one cause, not surely enough to be linked."""

import polars as pl

from causeloop_pipeline.model.nested_columns import MEMBERSHIP_REASON

SUGGESTION_SCHEMA = pl.Schema(
    {
        "issue_id": pl.String(),
        "other_issue_id": pl.String(),  # the earlier one, of another pattern or of none
        "confidence": pl.Float64(),  # that both have one cause
        "reason": MEMBERSHIP_REASON,
    }
)
