"""Which change brought a pattern: the one that stands out among those of the 90 days before it began."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from causeloop_pipeline.analysis.predict.triggers.findings import FINDING_SCHEMA, Row
from causeloop_pipeline.analysis.predict.triggers.suspect_changes import (
    MIN_CHANCE,
    rank_changes,
    select_suspects,
)
from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import SUSPECT_SCHEMA
from causeloop_pipeline.model.prediction import write_probability

MIN_QUIET_DAYS = 30  # so long the workspace was watched without the pattern
SUSPECTS_SHOWN = 2
HOURS_NAMED = 48


def find_onset_changes(
    rows: pl.DataFrame, changes: pl.DataFrame | None, names: Mapping[str, str], *, since: datetime
) -> pl.DataFrame:
    """Find the changes that probably brought patterns which began lately.

    In: NumberedOccurrences.rows, frame(pattern: its number, pattern_id, occurred_at, service); changes:
    frame(changed_at, kind, service (null: everything), title) or None; pattern_id → name; `since`: patterns
    that began earlier are left out. Out: FINDING_SCHEMA, without counts: the text says the chance. Nothing
    for patterns before which no change stands out.
    """
    onsets = None if changes is None or changes.is_empty() else _onsets(rows, since)
    if changes is None or onsets is None or onsets.is_empty():
        return FINDING_SCHEMA.to_frame()
    candidates = changes.with_row_index("number")
    ids = onsets["pattern_id"].to_list()
    failures = onsets.select(
        pl.col("pattern").cast(pl.String).alias("id"),
        pl.col("occurred_at").alias("at"),
        pl.Series("title", [names.get(pattern_id) for pattern_id in ids], dtype=pl.String),
        pl.col("service").alias("place"),
    )
    suspects = candidates.select(
        # No text names a change by its row, though many hold a number.
        pl.format("row {}", "number").alias("id"),
        pl.col("changed_at").alias("at"),
        "title",
        pl.col("service").alias("place"),
    )
    ranked = rank_changes(_complete(failures), _complete(suspects), min_chance=MIN_CHANCE)
    visible = select_suspects(ranked).filter(pl.col("rank") <= SUSPECTS_SHOWN)
    joined = (
        visible.with_columns(
            pl.col("failure_id").cast(pl.UInt32).alias("pattern"),
            pl.col("change_id").str.strip_prefix("row ").cast(pl.UInt32),
        )
        .join(candidates, left_on="change_id", right_on="number")
        .join(onsets.select("pattern", "occurred_at"), on="pattern")
        .sort("pattern", "rank")
    )
    texts = [_describe(row) for row in joined.iter_rows(named=True)]
    findings = joined.select("pattern", "kind", pl.Series("text", texts, dtype=pl.String))
    return pl.concat([FINDING_SCHEMA.to_frame(), findings.cast({"pattern": pl.UInt32})], how="diagonal")


def _onsets(rows: pl.DataFrame, since: datetime) -> pl.DataFrame:
    """The first occurrence of each pattern that began while the workspace was watched."""
    if rows.is_empty():
        return rows
    watched = pl.col("occurred_at").min() + timedelta(days=MIN_QUIET_DAYS)
    earliest = rows.select(pl.max_horizontal(watched, pl.lit(since)))
    first = rows.filter(pl.col("pattern").diff().fill_null(1) > 0)
    onsets = first.filter(pl.col("occurred_at") >= earliest.item())
    return onsets.with_columns(pl.col("pattern_id", "service").cast(pl.String))


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """With the columns that are not known here, empty."""
    return pl.concat([SUSPECT_SCHEMA.to_frame(), frame], how="diagonal")


def _describe(row: Row) -> str:
    what = str(row["kind"]).replace("_", " ")
    where = f" of {row['service']}" if row["service"] else ""
    hours = (row["occurred_at"] - row["changed_at"]).total_seconds() / 3600
    lead = f"{max(round(hours), 1)} hours" if hours < HOURS_NAMED else f"{round(hours / 24)} days"
    lead = lead.removesuffix("s") if lead == "1 hours" else lead
    return (
        f"“{row['title'] or 'A change'}” ({what}{where}) came {lead} before the first occurrence: "
        f"a chance of {write_probability(row['chance'])} that it brought this pattern"
    )
