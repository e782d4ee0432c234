"""Finds other patterns that tend to occur shortly before a pattern: the lag test among the evidence of
triggers.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints, mark_numbers
from causeloop_pipeline.analysis.predict.triggers.findings import (
    MIN_COUNT,
    Row,
    format_findings,
    select_beyond_chance,
)

LAG_HOURS = 6
NEAREST_EVENTS = 6
WEEK_HOURS = 168
PAIRS_AT_ONCE = 4_096
DAY_US = 86_400_000_000


def find_preceding_patterns(
    episodes: pl.DataFrame,
    patterns: pl.Series,
    names: Mapping[str, str],
    wanted: Ints | None = None,
) -> pl.DataFrame:
    """Find the patterns that precede each pattern more often than chance explains.

    In: episodes by time, frame(pattern: its number, occurred_at, local); the ids of the numbers; pattern_id →
    name; the numbers of the patterns to explain (default: all). Out: FINDING_SCHEMA. Method: how often
    another pattern is among the nearest earlier occurrences within six hours, against how often it is there
    before the other patterns of the workspace: a storm that precedes everything is not a trigger of one
    pattern. Nor is a pattern that strikes at the same hours and weekdays: chance is at least what the hours
    and weekdays of both give.
    """
    pattern = episodes["pattern"].to_numpy().astype(np.int64)
    at = episodes["occurred_at"].dt.timestamp("us").to_numpy().astype(np.int64)
    pairs = _count_pairs(pattern, at, len(patterns), wanted)
    # The hours only ever raise a chance: what is no more than chance without them needs no look at them.
    least = pl.Series("chance", _estimate_chance(pairs, at), dtype=pl.Float64)
    near = select_beyond_chance(pairs.with_columns(least)).drop("expected", "p_value")
    weekly = _count_weekly_hours(pattern, episodes["local"], len(patterns))
    chance = np.maximum(near["chance"].to_numpy(), _estimate_chance_at_hours(near, weekly, at))
    with_chance = near.with_columns(pl.Series("chance", chance, dtype=pl.Float64))

    def describe(row: Row) -> str:
        before = patterns[row["before"]]
        name = names.get(before, before)
        return f"“{name}” came before {row['count']} of {row['of']} occurrences within {LAG_HOURS} hours"

    return format_findings(select_beyond_chance(with_chance), "pattern", describe)


def _count_pairs(pattern: Ints, at: Ints, size: int, wanted: Ints | None) -> pl.DataFrame:
    """Pairs (pattern, before) that were seen often enough, with count, of, own, everywhere and tests."""
    all_pairs = _find_nearest_pairs(pattern, at, size)
    everywhere = np.bincount(all_pairs % size, minlength=size).astype(float)
    pairs, count = np.unique(_keep_pairs(all_pairs, size, wanted), return_counts=True)
    after, before = np.divmod(pairs, size)
    tests, total = np.bincount(after, minlength=size), np.bincount(pattern, minlength=size)
    is_often = count >= MIN_COUNT
    after, before = after[is_often], before[is_often]
    return pl.DataFrame(
        {
            "pattern": after,
            "before": before,
            "count": count[is_often],
            "of": total[after],
            "own": total[before],
            "everywhere": everywhere[before],
            "tests": tests[after],
        },
        schema_overrides={"pattern": pl.UInt32, "everywhere": pl.Float64},
    )


def _keep_pairs(pairs: Ints, size: int, wanted: Ints | None) -> Ints:
    """Those whose later pattern is wanted."""
    if wanted is None or len(wanted) == size:
        return pairs
    return pairs[mark_numbers(wanted, size)[pairs // size]]


def _estimate_chance(frame: pl.DataFrame, at: Ints) -> Floats:
    """How often the earlier pattern would precede by chance: as before the others, or as its own frequency
    alone gives, whichever is larger.
    """
    count, of, own, everywhere = (
        frame[name].to_numpy().astype(float) for name in ("count", "of", "own", "everywhere")
    )
    days = max(1.0, float(at.max() - at.min()) / DAY_US) if len(at) else 1.0
    others = np.maximum(len(at) - of - own, 0.0)
    shrunk = (everywhere - count + 0.5) / (others + 1.0)
    chance: Floats = np.minimum(np.maximum(shrunk, LAG_HOURS / 24.0 * own / days), 1.0)
    return chance


def _count_weekly_hours(pattern: Ints, local: pl.Series, size: int) -> Ints:
    """Episodes per pattern and hour of the week (0: monday 00:00 to 01:00)."""
    hour = (local.dt.weekday().cast(pl.Int64) - 1) * 24 + local.dt.hour().cast(pl.Int64)
    counts: Ints = np.bincount(pattern * WEEK_HOURS + hour.to_numpy(), minlength=size * WEEK_HOURS)
    return counts.reshape(size, WEEK_HOURS)


def _estimate_chance_at_hours(frame: pl.DataFrame, weekly: Ints, at: Ints) -> Floats:
    """How often the earlier pattern would precede by chance, given the hours and weekdays of both: its rate
    is the product of its weekday and hour profiles, so that few episodes give a profile too.
    """
    weeks = max(1.0, float(at.max() - at.min()) / DAY_US / 7) if len(at) else 1.0
    chance = np.zeros(frame.height)
    for start in range(0, frame.height, PAIRS_AT_ONCE):
        part = frame[start : start + PAIRS_AT_ONCE]
        before = weekly[part["before"].to_numpy()].reshape(-1, 7, 24).astype(float)
        total = before.sum(axis=(1, 2), keepdims=True)
        rate = before.sum(axis=2, keepdims=True) * before.sum(axis=1, keepdims=True) / total / weeks
        rate = rate.reshape(-1, WEEK_HOURS)
        within_lag = sum(np.roll(rate, back, axis=1) for back in range(LAG_HOURS))
        after = weekly[part["pattern"].to_numpy()].astype(float)
        expected = (after * -np.expm1(-within_lag)).sum(axis=1) / after.sum(axis=1)
        chance[start : start + PAIRS_AT_ONCE] = expected
    return chance


def _find_nearest_pairs(pattern: Ints, at: Ints, size: int) -> Ints:
    """For each occurrence the distinct other patterns among its nearest earlier occurrences within the lag:
    one number per pair, pattern · size + before.
    """
    lag = timedelta(hours=LAG_HOURS) // timedelta(microseconds=1)
    pairs: list[Ints] = []
    nearer: list[Ints] = []
    for back in range(1, NEAREST_EVENTS + 1):
        before = np.full(len(pattern), -1)
        since = at[back:] - at[:-back]
        is_near = (since > 0) & (since <= lag) & (pattern[back:] != pattern[:-back])
        before[back:] = np.where(is_near, pattern[:-back], -1)
        for other in nearer:
            before[before == other] = -1
        nearer.append(before)
        which = np.flatnonzero(before >= 0)
        pairs.append(pattern[which] * size + before[which])
    return np.concatenate(pairs)
