"""Incidents that carry no text: those of one place that follow one another closely are one pattern."""

import polars as pl

GAP_DAYS = 3.0


def burst_keys(incidents: pl.DataFrame, *, gap_days: float = GAP_DAYS) -> pl.Series:
    """In, `issue_id`, `service`, `component`, `source_created_at`; out, per row, in order, the key of its burst.

    Incidents of one service and component are one burst while each follows the one before within `gap_days`; an incident
    without a place, or without a time among ones that have it, is a burst of its own. The key names the burst's first issue, so
    that later incidents do not rename it.
    """
    place = pl.concat_str(pl.col("service").fill_null(""), pl.col("component").fill_null(""), separator="\x1f")
    gap = pl.col("source_created_at").diff().over("place") > pl.duration(microseconds=int(gap_days * 86_400_000_000))
    ordered = (
        incidents.select("issue_id", "source_created_at", place.alias("place"))
        .with_row_index("row")
        .sort("place", "source_created_at", "issue_id", nulls_last=True)
        .with_columns(gap.fill_null(value=True).cast(pl.UInt32).alias("starts"))
        .with_columns(pl.col("starts").cum_sum().over("place").alias("burst"))
        .with_columns(pl.col("issue_id").first().over("place", "burst").alias("first"))
    )
    alone = (pl.col("place") == "\x1f") | pl.col("source_created_at").is_null()
    return (
        ordered.with_columns(pl.when(alone).then("issue_id").otherwise("first").alias("key"))
        .sort("row")["key"]
        .alias("burst_key")
    )
