"""Patterns that follow changes: which deploys or configuration changes a pattern's episodes come after."""

from datetime import timedelta

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.change_windows import share_after_change

WINDOW = timedelta(hours=12)
LAG_US = WINDOW // timedelta(microseconds=1)
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

    In: the frame of `member_issues` and changes: frame(changed_at, and if known kind and service). Out:
    FOLLOWERS: of a pattern's `episodes` (first issue after 24 quiet hours) `followed` came after a change
    of this kind and service, where `chance` is how often one comes before moments of the same hour and
    weekday anyway; q <= .05. Method: one-sided binomial test, Benjamini-Hochberg over all patterns and
    kinds of change.
    """
    import numpy as np
    from scipy.stats import binom

    if changes is None or changes.is_empty() or joined.is_empty():
        return pl.DataFrame(schema=FOLLOWERS)
    streams = _streams(changes)
    episodes = _episodes(joined)
    counted = _with_chance(_followed(episodes, streams), streams, episodes)
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
        changes.select(known("kind", "change"), known("service", ""), "changed_at")
        .unique()
        .sort("changed_at")
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
    by_day = streams.with_columns(day=pl.col("changed_at").dt.truncate("12h"))
    near = pl.concat([by_day, by_day.with_columns(day=pl.col("day") + WINDOW)])
    after = (
        episodes.with_columns(day=pl.col("started").dt.truncate("12h"))
        .join(near, on="day")
        .filter(
            (pl.col("started") >= pl.col("changed_at")) & (pl.col("started") < pl.col("changed_at") + WINDOW)
        )
        .unique(["pattern_id", "kind", "service", "started"])
    )
    totals = episodes.group_by("pattern_id").agg(pl.len().cast(pl.Int64).alias("episodes"))
    counted = after.group_by("pattern_id", "kind", "service").agg(pl.len().cast(pl.Int64).alias("followed"))
    return counted.join(totals, on="pattern_id")


def _with_chance(counted: pl.DataFrame, streams: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """How often a change of the stream comes before moments like the pattern's beginnings, on average."""
    began, changed = pl.col("started").dt.timestamp("us"), pl.col("changed_at").dt.timestamp("us")
    both = pl.concat([episodes.select(began), streams.select(changed.alias("started"))])["started"].to_numpy()
    span = int(both.max() - both.min()) + LAG_US
    moments = counted.join(episodes.group_by("pattern_id").agg(began), on="pattern_id", maintain_order="left")
    pairs = moments.join(
        streams.group_by("kind", "service").agg(changed.sort()), on=["kind", "service"], maintain_order="left"
    )
    chances = [
        float(share_after_change(starts.to_numpy(), changes.to_numpy(), LAG_US, span).mean())
        for starts, changes in zip(pairs["started"], pairs["changed_at"], strict=True)
    ]
    return counted.with_columns(pl.Series("chance", chances, dtype=pl.Float64))
