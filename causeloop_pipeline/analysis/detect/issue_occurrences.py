"""When issues occurred: each time that is known of them, and once where nothing else is known."""

import polars as pl

from causeloop_pipeline.model.frames import ISSUE_OCCURRENCE_SCHEMA

MIN_OCCURRENCES = 2
"""So often must something happen to be a pattern, be it to one issue or to several."""


def list_issue_occurrences(issues: pl.DataFrame, occurrences: pl.DataFrame | None = None) -> pl.DataFrame:
    """Lists each time that issues occurred.

    In: `ISSUE_SCHEMA`; `ISSUE_OCCURRENCE_SCHEMA`, those of other issues are left out. Out:
    `ISSUE_OCCURRENCE_SCHEMA`; an issue of which none is given occurred once, from its creation to its
    resolution.
    """
    once = issues.select(
        "issue_id",
        pl.col("source_created_at").alias("started_at"),
        pl.col("resolved_at").alias("ended_at"),
        pl.lit(1, pl.Int64).alias("count"),
    ).cast(ISSUE_OCCURRENCE_SCHEMA)
    if occurrences is None or occurrences.is_empty():
        return once
    of_issues = occurrences.select(ISSUE_OCCURRENCE_SCHEMA.names()).join(
        issues.select("issue_id"), on="issue_id", how="semi"
    )
    return pl.concat([of_issues, once.join(of_issues, on="issue_id", how="anti")])


def join_occurrences(group_of_issue: pl.DataFrame, occurrences: pl.DataFrame) -> pl.DataFrame:
    """Adds to occurrences the group of their issue.

    In: frame(issue_id, group); `ISSUE_OCCURRENCE_SCHEMA` of these issues. Out: the occurrences with `group`,
    in an order of their own.
    """
    return occurrences.join(group_of_issue, on="issue_id").sort("group", "started_at", "issue_id")


def find_recurring_issues(occurrences: pl.DataFrame) -> pl.Series:
    """Finds the issues that occurred more than once.

    In: `ISSUE_OCCURRENCE_SCHEMA`. Out: their ids, in order.
    """
    counts = occurrences.group_by("issue_id").len()
    return counts.filter(pl.col("len") >= MIN_OCCURRENCES)["issue_id"].sort()


def date_by_occurrences(issues: pl.DataFrame, occurrences: pl.DataFrame) -> pl.DataFrame:
    """Repeats each issue for each time that it occurred, with the times of that.

    In: `ISSUE_SCHEMA` and all their `ISSUE_OCCURRENCE_SCHEMA`. Out: `ISSUE_SCHEMA`, the earliest of an issue
    first.
    """
    times = occurrences.select(
        "issue_id", pl.col("started_at").alias("source_created_at"), pl.col("ended_at").alias("resolved_at")
    ).sort("source_created_at", nulls_last=False)
    return issues.drop("source_created_at", "resolved_at").join(
        times, on="issue_id", maintain_order="left_right"
    )
