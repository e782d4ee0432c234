"""Post-change patterns: their episodes follow deploys or configuration changes more often than by chance."""

from datetime import timedelta

import polars as pl

from causeloop_pipeline.analysis.binomial import compute_binomial_tail
from causeloop_pipeline.analysis.detect.clusters.change_windows import estimate_share_after_change
from causeloop_pipeline.analysis.detect.clusters.false_discovery import adjust_p_values

CHANGE_WINDOW = timedelta(hours=12)
CHANGE_WINDOW_US = CHANGE_WINDOW // timedelta(microseconds=1)
MIN_QUIET_TIME = timedelta(hours=24)  # between two episodes
MAX_FALSE_DISCOVERY_RATE = 0.05
MIN_FOLLOWED = 2

POST_CHANGE_SCHEMA = pl.Schema(
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


def find_post_change_patterns(member_issues: pl.DataFrame, changes: pl.DataFrame | None) -> pl.DataFrame:
    """Finds patterns whose episodes begin within 12 hours after a kind of change more often than by chance.

    In: the frame of `join_member_issues` and changes: frame(changed_at, and if known kind and service). Out:
    `POST_CHANGE_SCHEMA`: of a pattern's `episodes` (first issue after 24 quiet hours) `followed` came after a
    change of this kind and service, where `chance` is how often one comes before moments of the same hour and
    weekday anyway; q <= .05. Method: one-sided binomial test, Benjamini-Hochberg over all patterns and kinds
    of change.
    """
    if changes is None or changes.is_empty() or member_issues.is_empty():
        return pl.DataFrame(schema=POST_CHANGE_SCHEMA)
    streams = _change_streams(changes)
    episodes = _find_episodes(member_issues)
    counted = _add_chance(_count_followed(episodes, streams), streams, episodes)
    counted = counted.filter(pl.col("episodes") >= MIN_FOLLOWED).sort("pattern_id", "kind", "service")
    if counted.is_empty():
        return pl.DataFrame(schema=POST_CHANGE_SCHEMA)

    patterns = episodes.group_by("pattern_id").len().filter(pl.col("len") >= MIN_FOLLOWED).height
    tests = patterns * streams.select("kind", "service").n_unique()
    p_values = compute_binomial_tail(
        *(counted[name].to_numpy() for name in ("followed", "episodes", "chance"))
    )
    tested = counted.with_columns(pl.Series("q_value", adjust_p_values(p_values, tests)))
    is_found = (pl.col("q_value") <= MAX_FALSE_DISCOVERY_RATE) & (pl.col("followed") >= MIN_FOLLOWED)
    return tested.select(POST_CHANGE_SCHEMA.names()).filter(is_found)


def _change_streams(changes: pl.DataFrame) -> pl.DataFrame:
    """Distinct changes by time, of a kind and a service; defaults where a change names none."""

    def column(name: str, default: str) -> pl.Expr:
        present = name in changes.columns
        return (pl.col(name) if present else pl.lit(None, pl.String)).fill_null(default).alias(name)

    return (
        changes.select(column("kind", "change"), column("service", ""), "changed_at")
        .unique()
        .sort("changed_at")
    )


def _find_episodes(member_issues: pl.DataFrame) -> pl.DataFrame:
    """When each pattern began again after a quiet time."""
    ordered = (
        member_issues.select("pattern_id", started=pl.col("source_created_at"))
        .drop_nulls()
        .sort("pattern_id", "started")
    )
    gap = pl.col("started").diff().over("pattern_id")
    return ordered.filter(gap.is_null() | (gap > MIN_QUIET_TIME))


def _count_followed(episodes: pl.DataFrame, streams: pl.DataFrame) -> pl.DataFrame:
    """How many episodes of each pattern began in the window after a change of each stream."""
    by_half_day = streams.with_columns(half_day=pl.col("changed_at").dt.truncate("12h"))
    next_half_day = by_half_day.with_columns(half_day=pl.col("half_day") + CHANGE_WINDOW)
    near = pl.concat([by_half_day, next_half_day])
    started, changed_at = pl.col("started"), pl.col("changed_at")
    after = (
        episodes.with_columns(half_day=started.dt.truncate("12h"))
        .join(near, on="half_day")
        .filter((started >= changed_at) & (started < changed_at + CHANGE_WINDOW))
        .unique(["pattern_id", "kind", "service", "started"])
    )
    totals = episodes.group_by("pattern_id").agg(pl.len().cast(pl.Int64).alias("episodes"))
    counted = after.group_by("pattern_id", "kind", "service").agg(pl.len().cast(pl.Int64).alias("followed"))
    return counted.join(totals, on="pattern_id")


def _add_chance(counted: pl.DataFrame, streams: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """How often a change of the stream comes before moments like the pattern's beginnings, on average."""
    started, changed = pl.col("started").dt.timestamp("us"), pl.col("changed_at").dt.timestamp("us")
    all_times = pl.concat([episodes.select(started), streams.select(changed.alias("started"))])
    times = all_times["started"].to_numpy()
    span = int(times.max() - times.min()) + CHANGE_WINDOW_US
    with_starts = counted.join(
        episodes.group_by("pattern_id").agg(started), on="pattern_id", maintain_order="left"
    )
    pairs = with_starts.join(
        streams.group_by("kind", "service").agg(changed.sort()), on=["kind", "service"], maintain_order="left"
    )
    chances = []
    for starts, change_times in zip(pairs["started"], pairs["changed_at"], strict=True):
        moments, changes = starts.to_numpy(), change_times.to_numpy()
        shares = estimate_share_after_change(moments, changes, CHANGE_WINDOW_US, span)
        chances.append(float(shares.mean()))
    return counted.with_columns(pl.Series("chance", chances, dtype=pl.Float64))
