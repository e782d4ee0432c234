"""Grades past predictions: hit, miss, or prevented by a fix.

A quiet window counts as prevented only when a fix was in force and the pattern's own rate before it makes
silence the less likely outcome; otherwise it is a miss, fix or not. A window that is quiet because nothing
could be observed is not graded yet: its occurrences still arrive when the connector works again.
"""

from datetime import datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import PRIOR_DAYS, PRIOR_EVENTS
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory, build_history
from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import count_gap_days
from causeloop_pipeline.model.frames import INSTANT

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
BASELINE_DAYS = 180
BURST_DAYS = 2
MIN_PREVENTED_PROBABILITY = 0.5

OUTCOME_SCHEMA = pl.Schema(
    {
        "prediction_id": pl.String,
        "outcome": pl.String,  # hit | miss | prevented
        "counterfactual_rate": pl.Float64,  # active days per day without the fix; null without a fix
        # event_in_window | quiet | fix_in_force | quiet_without_fix_likely | no_history_before_fix
        "reason": pl.String,
    }
)


def grade_predictions(
    predictions: pl.DataFrame,
    occurrences: pl.DataFrame,
    fixes: pl.DataFrame | None,
    *,
    as_of: datetime,
    observation_gaps: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Grade every prediction whose window has closed by `as_of`.

    In: frame(prediction_id, pattern_id, issued_at, window_days, probability); frame(pattern_id, occurred_at);
    fixes: frame(pattern_id, fixed_at, and optionally ended_at: when the fix was seen not to hold), or None;
    OBSERVATION_GAP_SCHEMA or None. Out: OUTCOME_SCHEMA sorted by prediction_id; not graded are predictions
    without a probability, with an open window, or with a quiet window that could not be observed throughout.
    The window is [issued_at, issued_at + window_days). `counterfactual_rate` is a Gamma-Poisson rate of
    active days over the observed part of the 180 days before the fix, without the last two days (the burst
    that led to the fix); `prevented` needs P(an event in the protected part of the window) ≥ 0.5 at that
    rate.
    """
    closed = _select_closed(predictions, as_of)
    history = build_history(occurrences.filter(pl.col("occurred_at") < as_of), reference_time=as_of)
    pattern_idx, has_history = _find_patterns(history, closed["pattern_id"])
    begin, end = _to_ms(closed["issued_at"]), _to_ms(closed["closes_at"])
    events_before_end = history.events.position_before(pattern_idx, end)
    hit = has_history & (events_before_end > history.events.position_before(pattern_idx, begin))

    fixed = _find_fix_in_force(closed, fixes)
    fixed_at = fixed["fixed_at"].fill_null(as_of)
    gap_days = _count_gap_days_before(history, closed["pattern_id"], fixed_at, observation_gaps)
    rate, active_days = _estimate_rate_before(history, pattern_idx, has_history, _to_ms(fixed_at), gap_days)

    graded = _decide_outcomes(closed["prediction_id"], hit, fixed, rate, active_days, end)
    window = closed.select("pattern_id", begins_at="issued_at", ends_at="closes_at")
    is_decided = pl.Series(hit) | (count_gap_days(observation_gaps, window) == 0)
    return graded.filter(is_decided).sort("prediction_id")


def _select_closed(predictions: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    closes_at = pl.col("issued_at") + pl.duration(days=pl.col("window_days"))
    with_end = predictions.with_columns(closes_at.alias("closes_at"))
    closed = with_end.filter((pl.col("closes_at") <= as_of) & pl.col("probability").is_not_null())
    return closed.sort("prediction_id", "issued_at")


def _to_ms(instants: pl.Series) -> Ints:
    return instants.dt.timestamp("ms").to_numpy().astype(np.int64)


def _find_patterns(history: OccurrenceHistory, pattern_ids: pl.Series) -> tuple[Ints, Flags]:
    """The number of each pattern (0 where it has no history), and whether it has one."""
    numbers = pl.DataFrame({"pattern_id": history.patterns.cast(pl.String)}).with_row_index("pattern_idx")
    rows = pattern_ids.rename("pattern_id").to_frame()
    pattern_idx = rows.join(numbers, on="pattern_id", how="left", maintain_order="left")["pattern_idx"]
    return pattern_idx.fill_null(0).to_numpy().astype(np.int64), pattern_idx.is_not_null().to_numpy()


def _find_fix_in_force(closed: pl.DataFrame, fixes: pl.DataFrame | None) -> pl.DataFrame:
    """Per prediction: from when a fix protected the window (protected_from) and when that fix was made; null
    without one.

    The earliest fix that was in force for some part of the window and had not been seen to fail by its end
    counts.
    """
    base = closed.select("prediction_id", "pattern_id", "issued_at", "closes_at").with_row_index("row")
    if fixes is None or fixes.is_empty():
        fixes = pl.DataFrame(schema={"pattern_id": pl.String(), "fixed_at": INSTANT})
    ended = pl.col("ended_at") if "ended_at" in fixes.columns else pl.lit(None, dtype=INSTANT)
    candidates = fixes.select("pattern_id", "fixed_at", ended.alias("ended_at"))

    was_made = pl.col("fixed_at") < pl.col("closes_at")
    still_held = pl.col("ended_at").is_null() | (pl.col("ended_at") >= pl.col("closes_at"))
    pairs = base.join(candidates, on="pattern_id").filter(was_made & still_held)
    first = pairs.group_by("row").agg(pl.col("fixed_at").min())
    joined = base.join(first, on="row", how="left").sort("row")
    return joined.with_columns(pl.max_horizontal("fixed_at", "issued_at").alias("protected_from"))


def _count_gap_days_before(
    history: OccurrenceHistory,
    patterns: pl.Series,
    fixed_at: pl.Series,
    observation_gaps: pl.DataFrame | None,
) -> Floats:
    """How many of the days before each fix its pattern could not be observed."""
    first = pl.lit(history.observed_since).cast(pl.Datetime("ms", "UTC"))
    periods = pl.DataFrame({"pattern_id": patterns, "fixed_at": fixed_at}).select(
        "pattern_id",
        begins_at=pl.max_horizontal(pl.col("fixed_at") - pl.duration(days=BASELINE_DAYS), first),
        ends_at=pl.col("fixed_at") - pl.duration(days=BURST_DAYS),
    )
    return count_gap_days(observation_gaps, periods).to_numpy()


def _estimate_rate_before(
    history: OccurrenceHistory, pattern_idx: Ints, has_history: Flags, fixed_at: Ints, gap_days: Floats
) -> tuple[Floats, Ints]:
    """Active days per day before the fix without its triggering burst, and how many there were."""
    if not history.size:
        return np.zeros(len(pattern_idx)), np.zeros(len(pattern_idx), np.int64)
    until = fixed_at - BURST_DAYS * DAY_MS
    since = np.maximum(fixed_at - BASELINE_DAYS * DAY_MS, history.observed_since)
    days = history.days
    between = days.position_before(pattern_idx, until) - days.position_before(pattern_idx, since)
    active_days = np.maximum(np.where(has_history, between, 0), 0)
    exposure = np.maximum((until - since) / DAY_MS - gap_days, 0.0)
    rate: Floats = (PRIOR_EVENTS + active_days) / (PRIOR_DAYS + exposure)
    return rate, active_days


def _decide_outcomes(
    ids: pl.Series, hit: Flags, fixed: pl.DataFrame, rate: Floats, active_days: Ints, end: Ints
) -> pl.DataFrame:
    has_fix = fixed["fixed_at"].is_not_null().to_numpy()
    protected_days = (end - _to_ms(fixed["protected_from"])) / DAY_MS
    would_recur = -np.expm1(-rate * protected_days) >= MIN_PREVENTED_PROBABILITY
    reasons = np.select(
        [hit, ~has_fix, active_days == 0, would_recur],
        ["event_in_window", "quiet", "no_history_before_fix", "fix_in_force"],
        "quiet_without_fix_likely",
    )
    outcome = np.select([hit, reasons == "fix_in_force"], ["hit", "prevented"], "miss")
    known_rate = pl.Series(np.where(has_fix & (active_days > 0), rate, np.nan)).fill_nan(None)
    columns = {
        "prediction_id": ids,
        "outcome": outcome,
        "counterfactual_rate": known_rate,
        "reason": reasons,
    }
    return pl.DataFrame(columns).select(pl.col(name).cast(dtype) for name, dtype in OUTCOME_SCHEMA.items())
