"""Patterns that burst together: pairs whose active days coincide more often than chance allows.

Chance already contains what the whole workspace does: busy days, weekdays, and the season in which each
pattern lived.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.arrays import Floats

MIN_SHARED_DAYS = 3
MAX_DAYS = 730
NOTABLE = 1.5  # times the days that chance explains: fewer are not worth a test
PAIR_BUDGET = 100_000_000
MAX_CANDIDATES = 200_000
FALSE_DISCOVERY_RATE = 0.05
SEASON_DAYS = 28
_ROWS_AT_ONCE = 512

OVERLAPS = pl.Schema(
    {
        "left": pl.Int64,
        "right": pl.Int64,
        "shared_days": pl.Int64,
        "expected_days": pl.Float64,
        "fewer_days": pl.Int64,
        "q_value": pl.Float64,
    }
)


def overlapping_bursts(active: pl.DataFrame, pattern_count: int) -> pl.DataFrame:
    """Pairs of patterns that are active on the same days beyond chance.

    In: frame(pattern: 0 … pattern_count-1, day: whole days since any fixed date), one row per active day;
    the last 730 days count. Out: OVERLAPS, left < right, with the days shared, those expected by chance,
    the active days of the less active of the two, and the false discovery rate q <= .05 at which the pair
    stands out.

    Method: given how many days each was active in each 28-day season, the shared days follow a Poisson
    law with mean sum(a * b * sum(p_day^2)), p_day being the share of the season's activity of all other
    patterns (plus one pseudo-event) that fell on that day. Runs of consecutive days count as fewer
    independent days (both sides are divided by the shorter mean run). Benjamini-Hochberg over all pairs,
    tested or not. Pairs are looked for by shared days, the calmest days first, as far as 100 million
    pairs of patterns a day go.
    """
    import numpy as np

    if active.is_empty() or pattern_count < 2:
        return pl.DataFrame(schema=OVERLAPS)
    incidence = _incidence(active, pattern_count)
    left, right, shared = _candidates(incidence)
    days = np.asarray(incidence.sum(axis=1)).ravel()
    if left.size == 0:
        return pl.DataFrame(schema=OVERLAPS)
    expected = np.concatenate([_expected(incidence, *pair) for pair in _chunks(left, right)])
    runs = np.minimum(*(_mean_runs(incidence)[side] for side in (left, right)))
    eligible = int((days >= MIN_SHARED_DAYS).sum())
    q_values = _false_discovery(_tail(shared / runs, expected / runs), eligible * (eligible - 1) // 2)
    frame = pl.DataFrame(
        {
            "left": left,
            "right": right,
            "shared_days": shared.astype("int64"),
            "expected_days": expected,
            "fewer_days": np.minimum(days[left], days[right]).astype("int64"),
            "q_value": q_values,
        },
        schema=OVERLAPS,
    )
    return frame.filter(pl.col("q_value") <= FALSE_DISCOVERY_RATE).sort("left", "right")


def _incidence(active: pl.DataFrame, pattern_count: int) -> Any:
    """Patterns by days, one where the pattern was active."""
    import numpy as np
    from scipy.sparse import csr_matrix

    recent = active.unique().filter(pl.col("day") > pl.col("day").max() - MAX_DAYS).sort("pattern", "day")
    rows = recent["pattern"].to_numpy()
    columns = (recent["day"] - recent["day"].min()).to_numpy()
    width = int(columns.max()) + 1
    return csr_matrix((np.ones(rows.size), (rows, columns)), shape=(pattern_count, width))


def _candidates(incidence: Any) -> tuple[Any, Any, "Floats"]:
    """Pairs with enough shared days, found through the days and not through all pairs."""
    import numpy as np

    per_day = np.asarray(incidence.sum(axis=0)).ravel()
    calm = incidence[:, _calm_days(per_day)].tocsr()
    days = np.asarray(calm.sum(axis=1), dtype=float).ravel()
    by_chance = _overlap_by_chance(calm)
    found: list[tuple[Any, Any]] = []
    for start in range(0, calm.shape[0], _ROWS_AT_ONCE):
        block = (calm[start : start + _ROWS_AT_ONCE] @ calm.T).tocoo()
        least = np.maximum(MIN_SHARED_DAYS, NOTABLE * by_chance * days[block.row + start] * days[block.col])
        keep = (block.data >= least) & (block.col > block.row + start)
        found.append((block.row[keep].astype("int64") + start, block.col[keep].astype("int64")))
    left, right = (np.concatenate(side) for side in zip(*found, strict=True))
    shared = np.concatenate([_shared(incidence, *pair) for pair in _chunks(left, right)] or [np.zeros(0)])
    return _densest(incidence, left, right, shared)


def _overlap_by_chance(calm: Any) -> float:
    """The chance that two active days fall together; 0 among few patterns: they are the background."""
    import numpy as np

    per_day = np.asarray(calm.sum(axis=0), dtype=float).ravel()
    many = calm.shape[0] > _ROWS_AT_ONCE
    return float((per_day**2).sum() / max(per_day.sum(), 1.0) ** 2) if many else 0.0


def _calm_days(per_day: "Floats") -> Any:
    """The calmest days, as many as the budget of pairs allows: a storm tells no pair apart."""
    import numpy as np

    order = np.argsort(per_day, kind="stable")
    return np.sort(order[np.cumsum(per_day[order] ** 2) <= PAIR_BUDGET])


def _densest(incidence: Any, left: Any, right: Any, shared: "Floats") -> tuple[Any, Any, "Floats"]:
    import numpy as np

    days = np.asarray(incidence.sum(axis=1)).ravel()
    density = shared / np.sqrt(np.maximum(days[left] * days[right], 1.0))
    order = np.lexsort((right, left, -density))[:MAX_CANDIDATES]
    return left[order], right[order], shared[order]


def _chunks(left: Any, right: Any, size: int = 2_000) -> Iterator[tuple[Any, Any]]:
    for start in range(0, left.size, size):
        yield left[start : start + size], right[start : start + size]


def _shared(incidence: Any, left: Any, right: Any) -> "Floats":
    import numpy as np

    return np.asarray(incidence[left].multiply(incidence[right]).sum(axis=1), dtype=float).ravel()


def _expected(incidence: Any, left: Any, right: Any) -> "Floats":
    """The shared days that chance explains, pair by pair, with the pair itself left out of the background."""
    import numpy as np

    ours, theirs = incidence[left].toarray(), incidence[right].toarray()
    others = np.asarray(incidence.sum(axis=0)).ravel() - ours - theirs + 1.0
    seasons = np.arange(0, others.shape[1], SEASON_DAYS)
    totals = np.add.reduceat(others, seasons, axis=1)
    concentration = np.add.reduceat(others**2, seasons, axis=1) / totals**2
    pairs = np.add.reduceat(ours, seasons, axis=1) * np.add.reduceat(theirs, seasons, axis=1)
    return np.asarray((pairs * concentration).sum(axis=1), dtype=float)


def _mean_runs(incidence: Any) -> "Floats":
    """How many days in a row each pattern is active, on average."""
    import numpy as np

    following = incidence[:, 1:].multiply(incidence[:, :-1]) if incidence.shape[1] > 1 else incidence[:, :0]
    days = np.asarray(incidence.sum(axis=1), dtype=float).ravel()
    runs = days - np.asarray(following.sum(axis=1), dtype=float).ravel()
    return np.asarray(np.maximum(days, 1.0) / np.maximum(runs, 1.0), dtype=float)


def _tail(count: "Floats", mean: "Floats") -> "Floats":
    """P(a Poisson count is at least this), also for counts that deflation made fractional."""
    import numpy as np
    from scipy.special import gammainc

    return np.asarray(gammainc(np.maximum(count, 1e-9), np.maximum(mean, 1e-12)), dtype=float)


def _false_discovery(p_values: "Floats", tests: int) -> "Floats":
    """Benjamini-Hochberg q-values, the pairs that were not tested counting as p = 1."""
    import numpy as np

    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * max(tests, p_values.size) / np.arange(1, p_values.size + 1)
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q_values
