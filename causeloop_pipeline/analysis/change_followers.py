"""Patterns that follow changes: which deploys or configuration changes a pattern's episodes come after."""

from datetime import timedelta

import polars as pl

WINDOW = timedelta(hours=12)
QUIET = timedelta(hours=24)
FALSE_DISCOVERY_RATE = 0.05
MIN_FOLLOWED = 2

FOLLOWERS = pl.Schema(
    {
        "pattern_id": pl.String,
        "kind": pl.String,
        "service": pl.String,
        "followed": pl.Int64,
        "episodes": pl.Int64,
        "chance": pl.Float64,
        "q_value": pl.Float64,
    }
)


def change_followers(joined: pl.DataFrame, changes: pl.DataFrame | None) -> pl.DataFrame:
    """Patterns whose episodes begin within 12 hours after a kind of change more often than chance allows.

    In: the frame of `member_issues` and changes: frame(occurred_at, and if known kind and service). Out:
    FOLLOWERS: of a pattern's `episodes` (first issue after 24 quiet hours) `followed` came after a change
    of this kind and service, where `chance` is the part of the observed time that lies within 12 hours
    after one; q <= .05. Method: one-sided binomial test, Benjamini-Hochberg over all patterns and kinds
    of change.
    """
    import numpy as np
    from scipy.stats import binom

    if changes is None or changes.is_empty() or joined.is_empty():
        return pl.DataFrame(schema=FOLLOWERS)
    streams = _streams(changes)
    episodes = _episodes(joined)
    counted = _followed(episodes, streams).join(_coverage(streams, episodes), on=["kind", "service"])
    counted = counted.filter(pl.col("episodes") >= MIN_FOLLOWED).sort("pattern_id", "kind", "service")
    if counted.is_empty():
        return pl.DataFrame(schema=FOLLOWERS)
    tested = episodes.group_by("pattern_id").len().filter(pl.col("len") >= MIN_FOLLOWED).height
    tests = max(tested * streams.select("kind", "service").n_unique(), counted.height)
    p_values = binom.sf(
        counted["followed"].to_numpy() - 1, counted["episodes"].to_numpy(), counted["chance"].to_numpy()
    )
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * tests / np.arange(1, p_values.size + 1)
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    found = counted.with_columns(pl.Series("q_value", q_values)).select(FOLLOWERS.names())
    return found.filter((pl.col("q_value") <= FALSE_DISCOVERY_RATE) & (pl.col("followed") >= MIN_FOLLOWED))


def _streams(changes: pl.DataFrame) -> pl.DataFrame:
    def known(name: str, otherwise: str) -> pl.Expr:
        present = name in changes.columns
        return (pl.col(name) if present else pl.lit(None, pl.String)).fill_null(otherwise).alias(name)

    return (
        changes.select(known("kind", "change"), known("service", ""), "occurred_at")
        .unique()
        .sort("occurred_at")
    )


def _episodes(joined: pl.DataFrame) -> pl.DataFrame:
    """When each pattern broke out anew."""
    ordered = (
        joined.select("pattern_id", started=pl.col("source_created_at"))
        .drop_nulls()
        .sort("pattern_id", "started")
    )
    gap = pl.col("started").diff().over("pattern_id")
    return ordered.filter(gap.is_null() | (gap > QUIET))


def _followed(episodes: pl.DataFrame, streams: pl.DataFrame) -> pl.DataFrame:
    """How many episodes of each pattern began in the window after a change of each stream."""
    by_day = streams.with_columns(day=pl.col("occurred_at").dt.truncate("12h"))
    near = pl.concat([by_day, by_day.with_columns(day=pl.col("day") + WINDOW)])
    after = (
        episodes.with_columns(day=pl.col("started").dt.truncate("12h"))
        .join(near, on="day")
        .filter(
            (pl.col("started") >= pl.col("occurred_at"))
            & (pl.col("started") < pl.col("occurred_at") + WINDOW)
        )
        .unique(["pattern_id", "kind", "service", "started"])
    )
    totals = episodes.group_by("pattern_id").agg(pl.len().cast(pl.Int64).alias("episodes"))
    counted = after.group_by("pattern_id", "kind", "service").agg(pl.len().cast(pl.Int64).alias("followed"))
    return counted.join(totals, on="pattern_id")


def _coverage(streams: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """The part of the observed time that lies in the window after a change, stream by stream."""
    first = pl.min_horizontal(pl.lit(episodes["started"].min()), pl.lit(streams["occurred_at"].min()))
    last = pl.max_horizontal(pl.lit(episodes["started"].max()), pl.lit(streams["occurred_at"].max()))
    until_next = pl.col("occurred_at").diff().shift(-1).over("kind", "service").fill_null(WINDOW)
    covered = pl.min_horizontal(until_next, pl.lit(WINDOW)).sum().dt.total_seconds()
    span = (last - first + WINDOW).dt.total_seconds()
    return streams.group_by("kind", "service").agg((covered / span.first()).clip(0.0, 1.0).alias("chance"))
