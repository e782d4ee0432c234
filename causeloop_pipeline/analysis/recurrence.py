"""Will it happen again, when, where and why: one call turns a workspace's occurrences into predictions that
keep their word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.closed_forms import expit
from causeloop_pipeline.analysis.forecast_curves import forecast_curves
from causeloop_pipeline.analysis.frames import FORECASTS, PREDICTIONS
from causeloop_pipeline.analysis.ledger_record import ledger_record
from causeloop_pipeline.analysis.members import MEMBERS
from causeloop_pipeline.analysis.narrative import trigger_text
from causeloop_pipeline.analysis.occurrence_timing import likely_when, likely_where, next_dates, timing_cells
from causeloop_pipeline.analysis.recurrence_features import running_gaps
from causeloop_pipeline.analysis.recurrence_history import (
    DAY_MS,
    History,
    Ints,
    build_history,
    eligible_pairs,
)
from causeloop_pipeline.analysis.recurrence_prior import pretrained_prior
from causeloop_pipeline.analysis.recurrence_rows import joined_rows, recurrence_rows
from causeloop_pipeline.analysis.rolling_forecast import Issued, roll
from causeloop_pipeline.analysis.triggers import likely_triggers

MODEL_VERSION = "recurrence-1"
TOO_FEW_EVENTS = "too_few_events"
LEAST_EVENTS = 2
TRAINING_PAIRS = 5_000
TRAINING_ORIGINS = 156
CHECKPOINTS = 2
WEIGHTS = pl.Schema({"window_days": pl.Int64, "model": pl.String, "weight": pl.Float64})
SEVERITY_IMPACT = {1: "critical", 2: "high", 3: "medium", 4: "low"}


@dataclass(frozen=True)
class RecurrencePredictions:
    """`predictions` (frames.PREDICTIONS), `forecasts` (frames.FORECASTS) and `weights` (window_days, model,
    weight).
    """

    predictions: pl.DataFrame
    forecasts: pl.DataFrame
    weights: pl.DataFrame


def predict_recurrence(
    occurrences: pl.DataFrame,
    *,
    as_of: datetime,
    windows: tuple[int, ...] = (7, 14, 30, 90),
    timezone: str = "UTC",
    ledger: pl.DataFrame | None = None,
    observed_since: datetime | None = None,
    seed: int = 0,
    impacts: Mapping[str, str] | pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
) -> RecurrencePredictions:
    """Calibrated probability that each pattern recurs within each window, with when, where, why and a
    forecast curve.

    In: `occurrences` (frames.OCCURRENCES; events at or after `as_of` are ignored); windows in days; `ledger`
    past predictions with outcomes (see `ledger_record`), which feed weights and calibration; `observed_since`
    when observation began; `impacts` pattern_id → impact (default: from severities); `changes` (changed_at,
    kind, service, title); `names` pattern_id → name for the texts. Out: RecurrencePredictions, sorted by
    pattern and window. Probabilities never fall with the window; a pattern with fewer than two events has
    none, and `reason` says too_few_events. Raises ValueError for windows below one day or an unknown time
    zone.
    """
    if not windows or min(windows) < 1:
        raise ValueError(f"windows must be whole days from 1, not {windows}")
    windows = tuple(sorted(set(windows)))
    known = occurrences.filter((pl.col("occurred_at") < as_of) & pl.col("pattern_id").is_not_null())
    if known.is_empty():
        return RecurrencePredictions(PREDICTIONS.to_frame(), FORECASTS.to_frame(), WEIGHTS.to_frame())
    history = build_history(known, phase=as_of, observed_since=observed_since)
    issued = _issue(history, windows, ledger, seed)
    triggers = likely_triggers(known, changes, as_of=as_of, timezone=timezone, names=names)
    predictions = _predictions(history, issued, known, windows, as_of, timezone)
    predictions = _explained(predictions, triggers, _impact_frame(impacts, known))
    return RecurrencePredictions(
        predictions, _forecasts(history, known, as_of, timezone), _weight_frame(issued)
    )


def _issue(
    history: History, windows: tuple[int, ...], ledger: pl.DataFrame | None, seed: int
) -> Issued | None:
    """Today's rows, predicted by members and weights learned on a sample of the past."""
    now = history.phase
    gaps, prior = running_gaps(history), pretrained_prior()
    owner, origin = eligible_pairs(
        history, np.array([now]), min_events=LEAST_EVENTS, active_within_days=np.inf
    )
    if not len(owner):
        return None
    past_owner, past_origin = _sampled_past(history, seed)
    today, past = (
        recurrence_rows(history, gaps, o, t, windows=windows, prior=prior, known_until=now)
        for o, t in ((owner, origin), (past_owner, past_origin))
    )
    moments = _checkpoints(past_origin, now)
    asked = joined_rows([past, today])
    return roll(past, asked, moments, windows=windows, seed=seed, earlier=ledger_record(ledger, now))


def _sampled_past(history: History, seed: int) -> tuple[Ints, Ints]:
    """A fixed number of past (pattern, origin) pairs, weekly origins, so that learning costs the same for any
    workspace.
    """
    now = history.phase
    origins = np.arange(
        now - 7 * DAY_MS, max(history.observed_since, now - TRAINING_ORIGINS * 7 * DAY_MS), -7 * DAY_MS
    )[::-1]
    if not len(origins):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rng = np.random.default_rng(seed)
    share = max(1, int(np.ceil(4 * TRAINING_PAIRS / len(origins))))
    few = np.arange(history.size) if history.size <= share else None
    owner = np.concatenate(
        [few if few is not None else rng.choice(history.size, share, replace=False) for _ in origins]
    )
    origin = np.repeat(origins, len(owner) // len(origins))
    position = history.events.before(owner, origin)
    enough = position - history.events.first[owner] >= LEAST_EVENTS
    which = np.flatnonzero(enough)
    if len(which) > TRAINING_PAIRS:
        which = np.sort(rng.permutation(which)[:TRAINING_PAIRS])
    return owner[which], origin[which]


def _checkpoints(origins: Ints, now: int) -> list[int]:
    """A few past moments to have predicted at, and now."""
    if not len(origins):
        return [now]
    first, last = int(origins.min()), int(origins.max())
    between = np.linspace(first, last, CHECKPOINTS + 2)[1:-1].astype(np.int64).tolist()
    return [*sorted(set(between)), now]


def _predictions(
    history: History,
    issued: Issued | None,
    known: pl.DataFrame,
    windows: tuple[int, ...],
    as_of: datetime,
    timezone: str,
) -> pl.DataFrame:
    base = _per_pattern(history, known, as_of, timezone)
    frame = base.join(
        pl.DataFrame({"window_days": list(windows)}, schema={"window_days": pl.Int64}), how="cross"
    )
    said = _said(history, issued, windows, as_of.astimezone(ZoneInfo(timezone)))
    frame = frame.join(said, on=["pattern_id", "window_days"], how="left", maintain_order="left")
    reason = pl.when(pl.col("probability").is_null()).then(pl.lit(TOO_FEW_EVENTS))
    return frame.with_columns(reason.alias("reason"), pl.lit(MODEL_VERSION).alias("model_version"))


def _said(history: History, issued: Issued | None, windows: tuple[int, ...], local: datetime) -> pl.DataFrame:
    """pattern_id, window_days, probability, model_probabilities and next dates of what was issued today."""
    names = ("next_date_low", "next_date_median", "next_date_high")
    if issued is None:
        texts = {"probability": pl.Float64, "model_probabilities": pl.String}
        return pl.DataFrame(
            schema={
                "pattern_id": pl.String,
                "window_days": pl.Int64,
                **texts,
                **dict.fromkeys(names, pl.Date),
            }
        )
    mine = issued.rows.origin == history.phase
    owner, probability = issued.rows.owner[mine], issued.probability[mine]
    size = len(owner) // len(windows)
    members = {name: np.round(expit(issued.record.said[name][mine]), 4) for name in MEMBERS}
    spoken = {name: values for name, values in members.items() if np.isfinite(values).all()}
    dates = next_dates(probability.reshape(len(windows), size).T, windows, local.date())
    return pl.DataFrame(
        {
            "pattern_id": history.patterns.gather(owner),
            "window_days": issued.rows.window[mine].astype(np.int64),
            "probability": probability,
            "model_probabilities": pl.DataFrame(spoken)
            .select(pl.struct(pl.all()).struct.json_encode())
            .to_series(),
            **{name: dates[name].gather(np.tile(np.arange(size), len(windows))) for name in names},
        }
    )


def _per_pattern(history: History, known: pl.DataFrame, as_of: datetime, timezone: str) -> pl.DataFrame:
    """Count, where and when of every pattern."""
    local = pl.col("occurred_at").dt.convert_time_zone(timezone)
    rows = known.sort("pattern_id", "occurred_at").with_columns(timing_cells(local).alias("cell"))
    age = (
        rows.select((pl.lit(as_of) - pl.col("occurred_at")).dt.total_seconds() / 86_400)
        .to_series()
        .to_numpy()
    )
    when = likely_when(history.events.owner, rows["cell"].to_numpy(), age, history.size)
    counts = np.diff(history.events.first)
    base = pl.DataFrame({"pattern_id": history.patterns, "event_count": counts, "likely_when": when})
    return base.join(likely_where(known), on="pattern_id", how="left", maintain_order="left")


def _impact_frame(impacts: Mapping[str, str] | pl.DataFrame | None, known: pl.DataFrame) -> pl.DataFrame:
    if isinstance(impacts, pl.DataFrame):
        return impacts.select("pattern_id", "impact").unique("pattern_id", keep="first", maintain_order=True)
    if impacts is not None:
        schema = {"pattern_id": pl.String, "impact": pl.String}
        return pl.DataFrame({"pattern_id": list(impacts), "impact": list(impacts.values())}, schema=schema)
    rank = pl.col("severity").str.slice(1).cast(pl.Int64, strict=False)
    worst_quarter = known.group_by("pattern_id").agg(
        rank.quantile(0.25, "lower").cast(pl.Int64).alias("rank")
    )
    impact = pl.col("rank").replace_strict(SEVERITY_IMPACT, default="medium", return_dtype=pl.String)
    return worst_quarter.select("pattern_id", impact.fill_null("medium").alias("impact"))


def _explained(predictions: pl.DataFrame, triggers: pl.DataFrame, impacts: pl.DataFrame) -> pl.DataFrame:
    texts = triggers["evidence"].unique(maintain_order=True)
    worded = pl.DataFrame({"evidence": texts, "likely_trigger": [trigger_text(text) for text in texts]})
    told = triggers.join(worded, on="evidence", how="left")
    frame = predictions.join(told, on="pattern_id", how="left").join(impacts, on="pattern_id", how="left")
    frame = frame.with_columns(pl.col("impact").fill_null("medium"), pl.col("evidence").fill_null("[]"))
    return frame.select(pl.col(name).cast(kind) for name, kind in PREDICTIONS.items()).sort(
        "pattern_id", "window_days"
    )


def _forecasts(history: History, known: pl.DataFrame, as_of: datetime, timezone: str) -> pl.DataFrame:
    today = as_of.astimezone(ZoneInfo(timezone)).date()
    day = pl.col("occurred_at").dt.convert_time_zone(timezone).dt.date()
    rows = known.sort("pattern_id", "occurred_at").select((pl.lit(today) - day).dt.total_days())
    return forecast_curves(history.patterns, history.events.owner, rows.to_series().to_numpy(), today=today)


def _weight_frame(issued: Issued | None) -> pl.DataFrame:
    weights = issued.mixture.weights if issued else {}
    rows = [(int(window), name, weight) for window, mine in weights.items() for name, weight in mine.items()]
    return pl.DataFrame(rows, schema=WEIGHTS, orient="row")
