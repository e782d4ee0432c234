"""Finds other patterns that tend to occur shortly before a pattern: the lag test among the evidence of
triggers.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.predict.triggers.findings import (
    MIN_COUNT,
    Row,
    format_findings,
    select_beyond_chance,
)

LAG_HOURS = 6
NEAREST_EVENTS = 6
DAY_US = 86_400_000_000


def find_preceding_patterns(
    episodes: pl.DataFrame, patterns: pl.Series, names: Mapping[str, str]
) -> pl.DataFrame:
    """Find the patterns that precede each pattern more often than chance explains.

    In: episodes by time, frame(pattern: its number, occurred_at); the ids of the numbers; pattern_id → name.
    Out: FINDING_SCHEMA. Method: how often another pattern is among the nearest earlier occurrences within six
    hours, against how often it is there before the other patterns of the workspace: a storm that precedes
    everything is not a trigger of one pattern.
    """
    pattern = episodes["pattern"].to_numpy().astype(np.int64)
    at = episodes["occurred_at"].dt.timestamp("us").to_numpy().astype(np.int64)
    pairs = _count_pairs(pattern, at, len(patterns))
    with_chance = pairs.with_columns(pl.Series("chance", _chance(pairs, at), dtype=pl.Float64))

    def describe(row: Row) -> str:
        before = patterns[row["before"]]
        name = names.get(before, before)
        return f"“{name}” came before {row['count']} of {row['of']} occurrences within {LAG_HOURS} hours"

    return format_findings(select_beyond_chance(with_chance), "pattern", describe)


def _count_pairs(pattern: Ints, at: Ints, size: int) -> pl.DataFrame:
    """Pairs (pattern, before) that were seen often enough, with count, of, own, everywhere and tests."""
    pairs, count = np.unique(_nearest_pairs(pattern, at, size), return_counts=True)
    after, before = np.divmod(pairs, size)
    everywhere = np.bincount(before, count, size)
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


def _chance(frame: pl.DataFrame, at: Ints) -> Floats:
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


def _nearest_pairs(pattern: Ints, at: Ints, size: int) -> Ints:
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
