"""Which occurrences say nothing of a fix, for all stages that judge or reopen."""

from dataclasses import dataclass
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.left_out import LEFT_OUT_SCHEMA
from causeloop_pipeline.analysis.before_after.provider_causes import (
    PROVIDER_CAUSE_SCHEMA,
    find_provider_causes,
)
from causeloop_pipeline.analysis.before_after.versions import find_earlier_versions
from causeloop_pipeline.model.proof import LeftOutReason
from causeloop_pipeline.storage.act.proofs import read_fixed_versions, read_versions
from causeloop_pipeline.storage.act.provider_causes import (
    read_described_occurrences,
    read_provider_incidents,
    read_provider_marks,
)
from causeloop_pipeline.storage.database.session import Session


@dataclass(frozen=True)
class LeftOutOccurrences:
    """of_fixes: LEFT_OUT_SCHEMA; of_patterns: frame(pattern_id, occurred_at), also without a claimed fix."""

    of_fixes: pl.DataFrame
    of_patterns: pl.DataFrame

    def drop_from(self, occurrences: pl.DataFrame) -> pl.DataFrame:
        """The occurrences of patterns that count."""
        return occurrences.join(self.of_patterns, on=["pattern_id", "occurred_at"], how="anti")


def find_left_out(
    session: Session, workspace_id: UUID, fixes: pl.DataFrame, pattern_ids: pl.Series
) -> LeftOutOccurrences:
    """What ran a version from before its fix, and what a provider caused, in these patterns."""
    causes = _find_provider_causes(session, workspace_id, pattern_ids)
    versioned = read_fixed_versions(session, workspace_id)
    earlier = find_earlier_versions(versioned, read_versions(session, workspace_id, versioned["pattern_id"]))
    no_provider = pl.lit(None, pl.String).alias("provider")
    of_fixes = [
        earlier.with_columns(pl.lit(LeftOutReason.EARLIER_VERSION.value).alias("reason"), no_provider),
        fixes.select("recommendation_id", "pattern_id").join(causes, on="pattern_id"),
    ]
    of_patterns = [frame.select("pattern_id", "occurred_at") for frame in (earlier, causes)]
    return LeftOutOccurrences(
        pl.concat([frame.select(LEFT_OUT_SCHEMA.names()) for frame in of_fixes]), pl.concat(of_patterns)
    )


def _find_provider_causes(session: Session, workspace_id: UUID, pattern_ids: pl.Series) -> pl.DataFrame:
    incidents = read_provider_incidents(session, workspace_id)
    marks = read_provider_marks(session, workspace_id)
    if incidents.is_empty() and marks.is_empty():
        return PROVIDER_CAUSE_SCHEMA.to_frame()
    occurrences = read_described_occurrences(session, workspace_id, pattern_ids)
    return find_provider_causes(occurrences, incidents, marks)
