"""Chooses the window that is shown first and ranked by: one whose predictions tell more than a base rate.

Where nearly every pattern recurs within a month, a month tells nothing of any of them, and a week may.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import IssuedForecasts
from causeloop_pipeline.analysis.predict.scoring_rules import brier_skill
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, WINDOWS

MIN_GRADED = 50
NEARLY_AS_GOOD = 0.05  # of skill: a shorter window is sooner of use, and the choice does not change nightly
_SKILL_SCHEMA = pl.Schema({"window_days": pl.Int64, "n": pl.Int64, "skill": pl.Float64})


def choose_headline_window(scores: pl.DataFrame, windows: Sequence[int] = WINDOWS) -> int:
    """Choose among windows by how well they were predicted.

    In: frame(window_days, n, skill) of the combined predictions, such as those of a backtest; the windows in
    days. Out: the shortest window whose skill over the base rate is nearly the best one; the one nearest to
    NEAREST_WINDOW where no window has enough graded predictions or any skill.
    """
    has_skill = (pl.col("n") >= MIN_GRADED) & pl.col("skill").is_finite() & (pl.col("skill") > 0)
    skill_of = dict(scores.filter(has_skill).select("window_days", "skill").iter_rows())
    skills = {days: skill_of[days] for days in windows if days in skill_of}
    if not skills:
        return min(windows, key=lambda days: (abs(days - NEAREST_WINDOW), days))
    best = max(skills.values())
    return min(days for days, skill in skills.items() if skill >= best - NEARLY_AS_GOOD)


def measure_skill(simulated: IssuedForecasts) -> pl.DataFrame:
    """Measure the skill of simulated forecasts over the base rate of each window.

    In: forecasts at past origins. Out: frame(window_days, n, skill), of the windows that have closed.
    """
    rows = []
    for days in np.unique(simulated.samples.window):
        is_closed = (simulated.samples.window == days) & ~np.isnan(simulated.samples.outcome)
        outcome = simulated.samples.outcome[is_closed]
        skill = brier_skill(simulated.probability[is_closed], outcome) if len(outcome) else float("nan")
        rows.append((int(days), len(outcome), skill))
    return pl.DataFrame(rows, schema=_SKILL_SCHEMA, orient="row")


def estimate_skill(predictions: pl.DataFrame) -> pl.DataFrame:
    """Estimate the skill that predictions have if they are calibrated, where none was graded yet.

    In: frame(window_days, probability). Out: frame(window_days, n, skill): the variance of the probabilities
    over that of outcomes at their mean.
    """
    mean = pl.col("probability").mean()
    return (
        predictions.filter(pl.col("probability").is_not_null())
        .group_by("window_days")
        .agg(n=pl.len(), skill=pl.col("probability").var(ddof=0) / pl.max_horizontal(mean * (1 - mean), 1e-9))
        .sort("window_days")
    )
