"""The days on which patterns occurred, updated from touches."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.pattern_summaries import PatternSummary
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.pattern_summaries import find_days_with_occurrences

EPOCH = date(1970, 1, 1).toordinal()


def update_active_days(
    session: Session, workspace_id: UUID, before: Mapping[str, PatternSummary], touches: pl.DataFrame
) -> dict[str, list[int]]:
    """Days since 1970 (in UTC) by pattern, where its previous summary and touches determine all of them."""
    days = {name: set(summary.days) for name, summary in before.items()}
    day = pl.col("occurred_at").dt.convert_time_zone("UTC").dt.date().alias("day")
    of_occurrences = touches.filter(pl.col("pattern_id").is_in(sorted(days)) & (pl.col("occurrences") != 0))
    touched = of_occurrences.select("pattern_id", day).unique()
    present = find_days_with_occurrences(session, workspace_id, touched.rows())
    for pattern_id, touched_day in touched.iter_rows():
        change = set.add if (pattern_id, touched_day) in present else set.discard
        change(days[pattern_id], touched_day.toordinal() - EPOCH)
    return {pattern_id: sorted(of_pattern) for pattern_id, of_pattern in days.items()}


def find_followed(
    before: Mapping[str, PatternSummary], touches: pl.DataFrame, issue_counts: Mapping[str, int]
) -> dict[str, PatternSummary]:
    """The previous summaries from which the touches lead to the present number of issues.

    A pattern that lost all its issues kept a stale summary, which later touches do not continue.
    """
    come = dict(touches.group_by("pattern_id").agg(pl.col("issues").sum()).iter_rows())
    return {
        pattern_id: summary
        for pattern_id, summary in before.items()
        if summary.issue_count + come.get(pattern_id, 0) == issue_counts.get(pattern_id, 0)
    }
