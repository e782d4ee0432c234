"""What became of a prediction: it hit, it missed, or a fix prevented what would otherwise have come.

A quiet window is only called prevented when a fix was in force and the pattern's own rate before it says that
silence was the less likely course; otherwise it is a miss, fix or not. A window that looks quiet because
nothing could be seen is not graded yet: what happened in it still comes when the connector works again.
"""

from datetime import datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import PRIOR_DAYS, PRIOR_EVENTS
from causeloop_pipeline.analysis.predict.recurrence.history import History, build_history
from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import blind_days
from causeloop_pipeline.model.frames import INSTANT

BASELINE_DAYS = 180
BURST_DAYS = 2
PREVENTED_FROM = 0.5

OUTCOMES = pl.Schema(
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
    blind: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Grade every prediction whose window has closed by `as_of`.

    In: `predictions` (prediction_id, pattern_id, issued_at, window_days, probability); `occurrences`
    (pattern_id, occurred_at); `fixes` (pattern_id, fixed_at, and optionally ended_at: when it was seen not to
    hold), or None; `blind`: observed_time.BLIND, when patterns could not be observed, or None. Out: OUTCOMES
    sorted by prediction_id; predictions without a probability, with an open window, or whose window is quiet
    but was blind for a part, are not graded. The window is [issued_at, issued_at + window_days).
    `counterfactual_rate` is a Gamma-Poisson rate of active days over the observed part of the 180 days before
    the fix, the last two days (the burst that caused the fix) left out; `prevented` needs P(an event in the
    protected part of the window) ≥ 0.5 at that rate.
    """
    closed = predictions.with_columns(
        (pl.col("issued_at") + pl.duration(days=pl.col("window_days"))).alias("closes_at")
    ).filter((pl.col("closes_at") <= as_of) & pl.col("probability").is_not_null())
    closed = closed.sort("prediction_id", "issued_at")
    history = build_history(occurrences.filter(pl.col("occurred_at") < as_of), phase=as_of)
    owner, known = _owners(history, closed["pattern_id"])
    begin, end = _ms(closed["issued_at"]), _ms(closed["closes_at"])
    hit = known & (history.events.before(owner, end) > history.events.before(owner, begin))
    fixed = _fix_in_force(closed, fixes)
    fixed_at = fixed["fixed_at"].fill_null(as_of)
    unseen = _unseen_before(history, closed["pattern_id"], fixed_at, blind)
    rate, seen = _rate_before(history, owner, known, _ms(fixed_at), unseen)
    graded = _outcomes(closed["prediction_id"], hit, fixed, rate, seen, end)
    window = closed.select("pattern_id", begins_at="issued_at", ends_at="closes_at")
    told = pl.Series(hit) | (blind_days(blind, window) == 0)
    return graded.filter(told).sort("prediction_id")


def _ms(instants: pl.Series) -> Ints:
    return instants.dt.timestamp("ms").to_numpy().astype(np.int64)


def _owners(history: History, patterns: pl.Series) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    numbers = pl.DataFrame({"pattern_id": history.patterns.cast(pl.String)}).with_row_index("owner")
    found = (
        patterns.rename("pattern_id")
        .to_frame()
        .join(numbers, on="pattern_id", how="left", maintain_order="left")["owner"]
    )
    return found.fill_null(0).to_numpy().astype(np.int64), found.is_not_null().to_numpy()


def _fix_in_force(closed: pl.DataFrame, fixes: pl.DataFrame | None) -> pl.DataFrame:
    """Per prediction: from when a fix protected the window (protected_from) and when that fix was made; null
    without one.

    The earliest fix that was in force for some part of the window and had not been seen to fail by its end
    counts.
    """
    base = closed.select("prediction_id", "pattern_id", "issued_at", "closes_at").with_row_index("row")
    empty = pl.Series(dtype=INSTANT)
    if fixes is None or fixes.is_empty():
        fixes = pl.DataFrame({"pattern_id": pl.Series(dtype=pl.String), "fixed_at": empty})
    ended = pl.col("ended_at") if "ended_at" in fixes.columns else pl.lit(None, dtype=INSTANT)
    known = fixes.select("pattern_id", "fixed_at", ended.alias("ended_at"))
    held = pl.col("ended_at").is_null() | (pl.col("ended_at") >= pl.col("closes_at"))
    pairs = base.join(known, on="pattern_id").filter((pl.col("fixed_at") < pl.col("closes_at")) & held)
    first = pairs.group_by("row").agg(pl.col("fixed_at").min())
    joined = base.join(first, on="row", how="left").sort("row")
    return joined.with_columns(pl.max_horizontal("fixed_at", "issued_at").alias("protected_from"))


def _unseen_before(
    history: History, patterns: pl.Series, fixed_at: pl.Series, blind: pl.DataFrame | None
) -> Floats:
    """How many of the days before each fix its pattern could not be observed."""
    first = pl.lit(history.observed_since).cast(pl.Datetime("ms", "UTC"))
    periods = pl.DataFrame({"pattern_id": patterns, "fixed_at": fixed_at}).select(
        "pattern_id",
        begins_at=pl.max_horizontal(pl.col("fixed_at") - pl.duration(days=BASELINE_DAYS), first),
        ends_at=pl.col("fixed_at") - pl.duration(days=BURST_DAYS),
    )
    return blind_days(blind, periods).to_numpy()


def _rate_before(
    history: History,
    owner: Ints,
    known: np.ndarray[tuple[int], np.dtype[np.bool_]],
    fixed_at: Ints,
    unseen: Floats,
) -> tuple[Floats, Ints]:
    """Active days per day before the fix without its triggering burst, and how many there were."""
    if not history.size:
        return np.zeros(len(owner)), np.zeros(len(owner), np.int64)
    until = fixed_at - BURST_DAYS * DAY_MS
    since = np.maximum(fixed_at - BASELINE_DAYS * DAY_MS, history.observed_since)
    seen = np.where(known, history.days.before(owner, until) - history.days.before(owner, since), 0)
    seen = np.maximum(seen, 0)
    exposure = np.maximum((until - since) / DAY_MS - unseen, 0.0)
    rate: Floats = (PRIOR_EVENTS + seen) / (PRIOR_DAYS + exposure)
    return rate, seen


def _outcomes(
    ids: pl.Series,
    hit: np.ndarray[tuple[int], np.dtype[np.bool_]],
    fixed: pl.DataFrame,
    rate: Floats,
    seen: Ints,
    end: Ints,
) -> pl.DataFrame:
    has_fix = fixed["fixed_at"].is_not_null().to_numpy()
    protected = (end - _ms(fixed["protected_from"])) / DAY_MS
    would_recur = -np.expm1(-rate * protected) >= PREVENTED_FROM
    reasons = np.select(
        [hit, ~has_fix, seen == 0, would_recur],
        ["event_in_window", "quiet", "no_history_before_fix", "fix_in_force"],
        "quiet_without_fix_likely",
    )
    outcome = np.select([hit, reasons == "fix_in_force"], ["hit", "prevented"], "miss")
    shown = pl.Series(np.where(has_fix & (seen > 0), rate, np.nan)).fill_nan(None)
    columns = {"prediction_id": ids, "outcome": outcome, "counterfactual_rate": shown, "reason": reasons}
    return pl.DataFrame(columns).select(pl.col(name).cast(kind) for name, kind in OUTCOMES.items())
