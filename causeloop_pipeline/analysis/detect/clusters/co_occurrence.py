"""Co-occurrence: pairs of patterns whose active days coincide more often than by chance.

Chance already contains what the whole workspace does: busy days, weekdays, and the season in which each
pattern was active.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.clusters.false_discovery import adjust_p_values

MIN_SHARED_DAYS = 3
MAX_DAYS = 730
MIN_DAYS_RATIO = 1.5  # times the days that chance explains: fewer are not worth a test
MAX_PAIRS_SEARCHED = 100_000_000
MAX_CANDIDATES = 200_000
MAX_FALSE_DISCOVERY_RATE = 0.05
SEASON_DAYS = 28
_CHUNK_ROWS = 512

OVERLAP_SCHEMA = pl.Schema(
    {
        "left": pl.Int64,
        "right": pl.Int64,
        "shared_days": pl.Int64,
        "expected_days": pl.Float64,
        "fewer_days": pl.Int64,
        "q_value": pl.Float64,
    }
)


def find_overlapping_bursts(active: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """Finds pairs of patterns that are active on the same days more often than by chance.

    In: frame(pattern: 0 … pattern_count-1, day: whole days since any fixed date), one row per active day;
    the last 730 days count. Out: `OVERLAP_SCHEMA`, left < right: the days shared, those expected by chance,
    the active days of the less active of the two, and the false discovery rate q <= .05 of the pair.

    Method: given how many days each was active in each 28-day season, the shared days follow a Poisson
    law with mean sum(a * b * sum(p_day^2)), p_day being the share of the season's activity of all other
    patterns (plus one pseudo-event) that fell on that day. Runs of consecutive days count as fewer
    independent days (both sides are divided by the shorter mean run). Benjamini-Hochberg over all pairs,
    tested or not. Pairs are searched by shared days, the calmest days first, up to 100 million pairs of
    patterns in all.
    """
    import numpy as np

    if active.is_empty() or pattern_count < 2:
        return pl.DataFrame(schema=OVERLAP_SCHEMA)
    incidence = _build_incidence(active, pattern_count)
    left, right, shared = _find_candidates(incidence)
    days = np.asarray(incidence.sum(axis=1)).ravel()
    if left.size == 0:
        return pl.DataFrame(schema=OVERLAP_SCHEMA)
    expected = np.concatenate(
        [_compute_expected_days(incidence, *pair) for pair in _split_chunks(left, right)]
    )
    run_lengths = _measure_run_lengths(incidence)
    shorter_run = np.minimum(run_lengths[left], run_lengths[right])
    p_values = _compute_poisson_tail(shared / shorter_run, expected / shorter_run)
    eligible = int((days >= MIN_SHARED_DAYS).sum())
    q_values = adjust_p_values(p_values, eligible * (eligible - 1) // 2)
    frame = pl.DataFrame(
        {
            "left": left,
            "right": right,
            "shared_days": shared.astype("int64"),
            "expected_days": expected,
            "fewer_days": np.minimum(days[left], days[right]).astype("int64"),
            "q_value": q_values,
        },
        schema=OVERLAP_SCHEMA,
    )
    return frame.filter(pl.col("q_value") <= MAX_FALSE_DISCOVERY_RATE).sort("left", "right")


def _build_incidence(active: pl.DataFrame, pattern_count: int) -> Any:
    """Patterns by days, one where the pattern was active."""
    import numpy as np
    from scipy.sparse import csr_matrix

    recent = active.unique().filter(pl.col("day") > pl.col("day").max() - MAX_DAYS).sort("pattern", "day")
    rows = recent["pattern"].to_numpy()
    columns = (recent["day"] - recent["day"].min()).to_numpy()
    width = int(columns.max()) + 1
    return csr_matrix((np.ones(rows.size), (rows, columns)), shape=(pattern_count, width))


def _find_candidates(incidence: Any) -> tuple[Ints, Ints, Floats]:
    """Pairs with enough shared days, and how many; found through the days and not through all pairs."""
    import numpy as np

    per_day = np.asarray(incidence.sum(axis=0)).ravel()
    calm = incidence[:, _select_calm_days(per_day)].tocsr()
    days = np.asarray(calm.sum(axis=1), dtype=float).ravel()
    by_chance = _estimate_chance_overlap(calm)
    lefts, rights = [], []
    for start in range(0, calm.shape[0], _CHUNK_ROWS):
        block = (calm[start : start + _CHUNK_ROWS] @ calm.T).tocoo()
        row, column = block.row + start, block.col
        min_days = np.maximum(MIN_SHARED_DAYS, MIN_DAYS_RATIO * by_chance * days[row] * days[column])
        is_candidate = block.data >= min_days
        is_candidate &= column > row
        lefts.append(row[is_candidate].astype("int64"))
        rights.append(column[is_candidate].astype("int64"))
    left, right = np.concatenate(lefts), np.concatenate(rights)
    shared = np.concatenate(
        [_count_shared_days(incidence, *pair) for pair in _split_chunks(left, right)] or [np.zeros(0)]
    )
    return _keep_densest(incidence, left, right, shared)


def _estimate_chance_overlap(calm: Any) -> float:
    """The chance that two active days fall together; 0 among few patterns: they are the background."""
    import numpy as np

    per_day = np.asarray(calm.sum(axis=0), dtype=float).ravel()
    has_many_patterns = calm.shape[0] > _CHUNK_ROWS
    chance = float((per_day**2).sum() / max(per_day.sum(), 1.0) ** 2)
    return chance if has_many_patterns else 0.0


def _select_calm_days(per_day: Floats) -> Ints:
    """The calmest days, as many as `MAX_PAIRS_SEARCHED` allows: busy days say little about a pair."""
    import numpy as np

    order = np.argsort(per_day, kind="stable")
    within_budget = np.cumsum(per_day[order] ** 2) <= MAX_PAIRS_SEARCHED
    return np.asarray(np.sort(order[within_budget]))


def _keep_densest(incidence: Any, left: Ints, right: Ints, shared: Floats) -> tuple[Ints, Ints, Floats]:
    """The `MAX_CANDIDATES` pairs that share most of their days."""
    import numpy as np

    days = np.asarray(incidence.sum(axis=1)).ravel()
    density = shared / np.sqrt(np.maximum(days[left] * days[right], 1.0))
    order = np.lexsort((right, left, -density))[:MAX_CANDIDATES]
    return left[order], right[order], shared[order]


def _split_chunks(left: Ints, right: Ints, size: int = 2_000) -> Iterator[tuple[Ints, Ints]]:
    for start in range(0, left.size, size):
        yield left[start : start + size], right[start : start + size]


def _count_shared_days(incidence: Any, left: Ints, right: Ints) -> Floats:
    import numpy as np

    return np.asarray(incidence[left].multiply(incidence[right]).sum(axis=1), dtype=float).ravel()


def _compute_expected_days(incidence: Any, left: Ints, right: Ints) -> Floats:
    """The shared days that chance explains, pair by pair, with the pair itself left out of the background."""
    import numpy as np

    ours, theirs = incidence[left].toarray(), incidence[right].toarray()
    others = np.asarray(incidence.sum(axis=0)).ravel() - ours - theirs + 1.0
    seasons = np.arange(0, others.shape[1], SEASON_DAYS)
    totals = np.add.reduceat(others, seasons, axis=1)
    concentration = np.add.reduceat(others**2, seasons, axis=1) / totals**2
    pairs = np.add.reduceat(ours, seasons, axis=1) * np.add.reduceat(theirs, seasons, axis=1)
    return np.asarray((pairs * concentration).sum(axis=1), dtype=float)


def _measure_run_lengths(incidence: Any) -> Floats:
    """How many days in a row each pattern is active, on average."""
    import numpy as np

    following = incidence[:, 1:].multiply(incidence[:, :-1]) if incidence.shape[1] > 1 else incidence[:, :0]
    days = np.asarray(incidence.sum(axis=1), dtype=float).ravel()
    runs = days - np.asarray(following.sum(axis=1), dtype=float).ravel()
    return np.asarray(np.maximum(days, 1.0) / np.maximum(runs, 1.0), dtype=float)


def _compute_poisson_tail(count: Floats, mean: Floats) -> Floats:
    """P(a Poisson count is at least this), also for counts that deflation made fractional."""
    import numpy as np
    from scipy.special import gammainc

    return np.asarray(gammainc(np.maximum(count, 1e-9), np.maximum(mean, 1e-12)), dtype=float)
