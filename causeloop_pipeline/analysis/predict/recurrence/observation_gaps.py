"""Time in which a pattern could be observed: an outage of its connectors is neither silence nor age.

Spans are blind only while what happened in them may still come: a poll that resumes fetches it, and then
nothing is blind any more.
"""

from datetime import datetime, timedelta

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

BLIND = pl.Schema({"pattern_id": pl.String(), "started_at": INSTANT, "ended_at": INSTANT})
STEP = timedelta(milliseconds=1)


def without_blind_time(
    occurrences: pl.DataFrame, blind: pl.DataFrame | None, *, as_of: datetime
) -> pl.DataFrame:
    """Occurrences on a clock that stands still while their pattern could not be observed.

    In: a frame with pattern_id and occurred_at (aware); `blind`: BLIND, spans that may overlap, or None;
    `as_of` (aware). Out: the same frame, rows and columns as they were, but occurred_at moved later by the
    pattern's blind time between the occurrence and `as_of`, so that every gap, age and recency up to `as_of`
    counts observed time only. The order of a pattern's occurrences stays; what lies before `as_of` stays
    before it, by one millisecond at least (also what was seen within a blind span); what lies at or after
    `as_of` does not move.
    """
    spans = _merged(blind, as_of) if blind is not None else None
    if spans is None or spans.is_empty() or occurrences.is_empty():
        return occurrences
    numbered = occurrences.with_row_index("row")
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


def blind_days(blind: pl.DataFrame | None, periods: pl.DataFrame) -> pl.Series:
    """How many days of each period its pattern could not be observed.

    In: BLIND or None; `periods`: frame(pattern_id, begins_at, ends_at). Out: days (Float64) in the order of
    the rows; spans that overlap count once, a period that ends before it begins has none.
    """
    if blind is None or blind.is_empty() or periods.is_empty():
        return pl.zeros(periods.height, dtype=pl.Float64, eager=True).alias("blind_days")
    latest = periods["ends_at"].max()
    spans = _merged(blind, latest)  # type: ignore[arg-type]
    numbered = periods.select("pattern_id", "begins_at", "ends_at").with_row_index("row")
    shared = pl.min_horizontal("ended_at", "ends_at") - pl.max_horizontal("started_at", "begins_at")
    days = pl.max_horizontal(shared, pl.lit(timedelta(0))).sum().dt.total_microseconds() / 86_400_000_000
    found = numbered.join(spans, on="pattern_id").group_by("row").agg(days.alias("blind_days"))
    joined = numbered.join(found, on="row", how="left", maintain_order="left")
    return joined["blind_days"].fill_null(0.0)


def _merged(blind: pl.DataFrame, until: datetime) -> pl.DataFrame:
    """Disjoint spans of each pattern, cut off at a moment."""
    cut = pl.min_horizontal("ended_at", pl.lit(until).cast(INSTANT)).alias("ended_at")
    spans = blind.select("pattern_id", "started_at", cut).filter(pl.col("started_at") < pl.col("ended_at"))
    spans = spans.sort("pattern_id", "started_at", "ended_at")
    reached = pl.col("ended_at").cum_max().shift(1).over("pattern_id")
    fresh = reached.is_null() | (pl.col("started_at") > reached)
    return (
        spans.with_columns(fresh.cum_sum().over("pattern_id").alias("number"))
        .group_by("pattern_id", "number", maintain_order=True)
        .agg(pl.col("started_at").min(), pl.col("ended_at").max())
        .drop("number")
    )
