"""A simulated workspace in which fixes are claimed after a failure and a known share of them works."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.model.frames import INSTANT, PREDICTION_SCHEMA
from tests.support.recurring_failures import AS_OF, at, occurrences

HISTORY_DAYS, AHEAD_DAYS = 365.0, 30
COMES_BACK_A_DAY, REDUCES = 0.15 / 365, 0.25


@dataclass(frozen=True)
class FixedWorkspace:
    """What was seen up to AS_OF, which fixes were claimed, which work, and what recurs within 30 days."""

    occurrences: pl.DataFrame
    claims: pl.DataFrame
    works: dict[str, bool]
    recurs: dict[str, bool]
    in_a_row: int


def simulate_fixes(patterns: int, seed: int, share: float = 0.5, in_a_row: int = 1) -> FixedWorkspace:
    """Patterns with one failure in 4 to 40 days, half of them untouched, and fixes 3 to 150 days old."""
    rng = np.random.default_rng(seed)
    past: dict[str, list[float]] = {}
    claims, works, recurs = [], {}, {}
    for number in range(patterns):
        name = f"p{number:04d}"
        days = failures(rng, rng.uniform(4, 40), in_a_row)
        if number % 2:
            fixed = choose_fix_age(days, rng.uniform(3, 150))
            works[name] = bool(rng.random() < share)
            days = days[remaining(rng, days, fixed)] if works[name] else days
            claims.append((name, at(-fixed)))
        recurs[name] = bool(((days > 0) & (days <= AHEAD_DAYS)).any())
        past[name] = (-days[days <= 0]).tolist()
    frame = pl.DataFrame(claims, schema={"pattern_id": pl.String, "fixed_at": INSTANT}, orient="row")
    return FixedWorkspace(occurrences(past), frame, works, recurs, in_a_row)


def failures(rng: np.random.Generator, gap: float, in_a_row: int) -> np.ndarray:
    """Days of failure from a year ago to a month ahead, in runs of consecutive days."""
    starts = np.cumsum(rng.exponential(in_a_row * gap, 400)) - HISTORY_DAYS
    days = np.sort((starts[:, None] + np.arange(in_a_row)).ravel())
    return days[days < AHEAD_DAYS]


def choose_fix_age(days: np.ndarray, age: float) -> float:
    """People act upon a failure: half a day after the first one since so many days ago."""
    since = days[(days >= -age) & (days < -1)]
    return float(since[0] + 0.5) if len(since) else -age


def remaining(rng: np.random.Generator, days: np.ndarray, fixed: float) -> np.ndarray:
    """Which failures remain after a working fix: most fixes remove the cause for a time, some reduce it."""
    left = rng.uniform(0, 0.5) if rng.random() < REDUCES else 0.0
    back = fixed + rng.exponential(1 / COMES_BACK_A_DAY)
    return (days <= fixed) | (days > back) | (rng.random(len(days)) < left)


def predict_from_rate(workspace: FixedWorkspace, window: int) -> pl.DataFrame:
    """Predictions of a model that knows of spells but not of fixes: a Gamma-Poisson rate over the year."""
    counts = workspace.occurrences.group_by("pattern_id").len().sort("pattern_id")
    chance = 1 - (1 + window / HISTORY_DAYS) ** -(0.5 + counts["len"].to_numpy() / workspace.in_a_row)
    return predictions(dict(zip(counts["pattern_id"], chance.tolist(), strict=True)), window)


def predictions(chances: dict[str, float], window: int) -> pl.DataFrame:
    """PREDICTIONS for one window, as far as fixes change them."""
    days = [AS_OF.date() + timedelta(days=3)] * len(chances)
    return pl.DataFrame(
        {
            "pattern_id": list(chances),
            "window_days": [window] * len(chances),
            "probability": list(chances.values()),
            "evidence": [[]] * len(chances),
            "model_probabilities": [{"prior": 0.5}] * len(chances),
            **dict.fromkeys(("next_date_low", "next_date_median", "next_date_high"), days),
        },
        schema_overrides={name: PREDICTION_SCHEMA[name] for name in ("evidence", "model_probabilities")},
    )
