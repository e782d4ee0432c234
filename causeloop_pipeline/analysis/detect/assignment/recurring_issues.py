"""Makes patterns of issues that the index knows as single ones, and that have occurred again."""

from dataclasses import replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.assignment.row_lookup import select_rows
from causeloop_pipeline.analysis.detect.grouping.confidence import LINKED_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import Reason, explain_recurrence
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    IS_PATTERN,
    measure_resolution_times,
    summarize_times,
)
from causeloop_pipeline.analysis.detect.issue_occurrences import find_recurring_issues, join_occurrences
from causeloop_pipeline.model.frames import MEMBER_SCHEMA

_TIMES = ("occurrence_count", "first_seen_at", "last_seen_at")


def update_recurring_groups(
    index: PatternIndex, occurrences: pl.DataFrame
) -> tuple[PatternIndex, pl.DataFrame]:
    """Updates the groups of indexed issues that were not patterns and are now, for their issue recurred.

    In: the index; `ISSUE_OCCURRENCE_SCHEMA`, all of some issues. Out: a new index, and the summaries of those
    groups.
    """
    recurring = find_recurring_issues(occurrences).to_list()
    indexed = pl.concat(
        select_rows(members, "issue_id", recurring) for members in (index.members_by_id, index.later_members)
    )
    before = index.group_summaries.rows_of(indexed["group"].to_list()).filter(~pl.col("is_pattern"))
    if before.is_empty():
        return index, before
    of_groups = indexed.join(before.select("group"), on="group", how="semi")
    occurred = join_occurrences(of_groups, occurrences)
    updated = before.drop(_TIMES).join(summarize_times(occurred), on="group", how="left")
    updated = updated.with_columns(IS_PATTERN).select(before.columns).sort("group")
    earlier_times = index.resolution_times.join(updated.select("group"), on="group", how="anti")
    measured = measure_resolution_times(occurred).select(earlier_times.columns)
    return (
        replace(
            index,
            group_summaries=index.group_summaries.replace_groups(updated),
            resolution_times=pl.concat([earlier_times, measured]),
        ),
        updated,
    )


def measure_alone(index: PatternIndex) -> tuple[float, float, Reason]:
    """Measures an issue that is a pattern by itself. In: the index. Out: similarity, confidence, reason."""
    (confidence,) = index.recalibration.apply(np.array([LINKED_SIMILARITY])).round(6).tolist()
    return 1.0, confidence, explain_recurrence()


def build_recurring_member_rows(summaries: pl.DataFrame, index: PatternIndex) -> pl.DataFrame:
    """Builds the members of patterns of one issue.

    In: the summaries of their groups, the index. Out: `MEMBER_SCHEMA`.
    """
    measures = measure_alone(index)
    return pl.DataFrame(
        [
            (pattern_id, issue_id, *measures, None, None)
            for pattern_id, issue_id in summaries[["pattern_id", "first_issue"]].iter_rows()
        ],
        schema=MEMBER_SCHEMA,
        orient="row",
    )
