"""Removes the time in which a pattern could not be observed: an outage of its connectors is neither silence
nor age.

A span is a gap only while its occurrences may still arrive: a poll that resumes fetches them, and then the
span is a gap no longer.
"""

from datetime import datetime, timedelta

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

STEP = timedelta(milliseconds=1)


def remove_observation_gaps(
    occurrences: pl.DataFrame, observation_gaps: pl.DataFrame | None, *, as_of: datetime
) -> pl.DataFrame:
    """Put occurrences on a clock that stands still while their pattern could not be observed.

    In: frame(pattern_id (text or category), occurred_at (aware), …); OBSERVATION_GAP_SCHEMA, spans that may
    overlap, or None; `as_of` (aware). Out: the same frame, rows and columns as they were, but occurred_at
    moved later by the pattern's gaps between it and `as_of`, so that every gap, age and recency up to
    `as_of` counts observed time only. The order of a pattern's occurrences stays; what lies before `as_of`
    stays before it, by one millisecond at least (also what was seen within a gap); what lies at or after
    `as_of` does not move.
    """
    spans = _merge_gaps(observation_gaps, as_of) if observation_gaps is not None else None
    if spans is None or spans.is_empty() or occurrences.is_empty():
        return occurrences
    numbered = occurrences.with_row_index("row")
    spans = spans.cast({"pattern_id": occurrences.schema["pattern_id"]})
    at, start, end = pl.col("occurred_at"), pl.col("started_at"), pl.col("ended_at")
    missed = pl.max_horizontal(end - pl.max_horizontal(start, at), pl.lit(timedelta(0)))
    later = (
        numbered.select("row", "pattern_id", "occurred_at")
        .join(spans, on="pattern_id")
        .group_by("row")
        .agg(missed.sum().alias("missed"))
    )
    latest = pl.max_horizontal(at, pl.lit(as_of - STEP).cast(INSTANT))
    moved = pl.min_horizontal(at + pl.col("missed").fill_null(timedelta(0)), latest)
    joined = numbered.join(later, on="row", how="left", maintain_order="left")
    return joined.with_columns(moved.cast(occurrences.schema["occurred_at"]).alias("occurred_at")).select(
        occurrences.columns
    )


def count_gap_days(observation_gaps: pl.DataFrame | None, periods: pl.DataFrame) -> pl.Series:
    """Count the days of each period on which its pattern could not be observed.

    In: OBSERVATION_GAP_SCHEMA or None; frame(pattern_id, begins_at, ends_at). Out: days (Float64) in the
    order of the rows; spans that overlap count once, a period that ends before it begins has none.
    """
    if observation_gaps is None or observation_gaps.is_empty() or periods.is_empty():
        return pl.zeros(periods.height, dtype=pl.Float64, eager=True).alias("gap_days")
    latest = periods["ends_at"].max()
    spans = _merge_gaps(observation_gaps, latest)  # type: ignore[arg-type]
    numbered = periods.select("pattern_id", "begins_at", "ends_at").with_row_index("row")
    shared = pl.min_horizontal("ended_at", "ends_at") - pl.max_horizontal("started_at", "begins_at")
    days = pl.max_horizontal(shared, pl.lit(timedelta(0))).sum().dt.total_microseconds() / 86_400_000_000
    by_row = numbered.join(spans, on="pattern_id").group_by("row").agg(days.alias("gap_days"))
    joined = numbered.join(by_row, on="row", how="left", maintain_order="left")
    return joined["gap_days"].fill_null(0.0)


def _merge_gaps(observation_gaps: pl.DataFrame, until: datetime) -> pl.DataFrame:
    """Disjoint spans of each pattern, cut off at a moment."""
    cut = pl.min_horizontal("ended_at", pl.lit(until).cast(INSTANT)).alias("ended_at")
    spans = observation_gaps.select("pattern_id", "started_at", cut).filter(
        pl.col("started_at") < pl.col("ended_at")
    )
    spans = spans.sort("pattern_id", "started_at", "ended_at")
    reached = pl.col("ended_at").cum_max().shift(1).over("pattern_id")
    begins_span = reached.is_null() | (pl.col("started_at") > reached)
    return (
        spans.with_columns(begins_span.cum_sum().over("pattern_id").alias("number"))
        .group_by("pattern_id", "number", maintain_order=True)
        .agg(pl.col("started_at").min(), pl.col("ended_at").max())
        .drop("number")
    )
