"""Will it happen again, when, where and why: one call turns a workspace's occurrences into predictions that
keep their word.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.predict.prophet.curves import ForecastCurves, forecast_curves, no_curves
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.features import RunningGaps, running_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import (
    History,
    build_history,
    eligible_pairs,
    pattern_numbers,
)
from causeloop_pipeline.analysis.predict.recurrence.ledger import ledger_record
from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import without_blind_time
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.samples import recurrence_rows
from causeloop_pipeline.analysis.predict.recurrence.trained_model import (
    LEAST_EVENTS,
    Answers,
    LearnedRecurrence,
    answer,
    learn_recurrence,
)
from causeloop_pipeline.analysis.predict.triggers.timing import (
    likely_when,
    likely_where,
    next_dates,
    timing_cells,
)
from causeloop_pipeline.analysis.predict.triggers.trigger_text import trigger_text
from causeloop_pipeline.analysis.predict.triggers.triggers import likely_triggers
from causeloop_pipeline.model.frames import PREDICTION_SCHEMA

MODEL_VERSION = "recurrence-2"
TOO_FEW_EVENTS = "too_few_events"
CHUNK = 20_000
WEIGHTS = pl.Schema({"window_days": pl.Int64, "model": pl.String, "weight": pl.Float64})
SEVERITY_IMPACT = {1: "critical", 2: "high", 3: "medium", 4: "low"}


@dataclass(frozen=True)
class RecurrencePredictions:
    """`predictions` (frames.PREDICTIONS), the forecast `curves`, and what the predictions were made with
    (None where nothing is known).
    """

    predictions: pl.DataFrame
    curves: ForecastCurves
    learned: LearnedRecurrence | None

    @property
    def forecasts(self) -> pl.DataFrame:
        """The curves as frames.FORECASTS, a row a day."""
        return self.curves.frame()

    @property
    def weights(self) -> pl.DataFrame:
        """How much each model is listened to: window_days, model, weight."""
        weights = self.learned.mixture.weights if self.learned else {}
        rows = [(int(window), *one) for window, mine in weights.items() for one in mine.items()]
        return pl.DataFrame(rows, schema=WEIGHTS, orient="row")


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
    learned: LearnedRecurrence | None = None,
    blind: pl.DataFrame | None = None,
) -> RecurrencePredictions:
    """Calibrated probability that each pattern recurs within each window, with when, where, why and a
    forecast curve.

    In: `occurrences` (frames.OCCURRENCES; events at or after `as_of` are ignored); windows in days; `ledger`
    past predictions with outcomes (see `ledger_record`), which feed weights and calibration; `observed_since`
    when observation began; `impacts` pattern_id → impact (default: from severities); `changes` (changed_at,
    kind, service, title); `names` pattern_id → name for the texts; `learned` what an earlier call learned for
    the same windows (default: it is learned here, and only then is the ledger of use); `blind`
    (observed_time.BLIND) when patterns could not be observed: neither silence nor age. Out:
    RecurrencePredictions, sorted by pattern and window. Probabilities never fall with the window; a pattern
    with fewer than two events has none, and `reason` says too_few_events. Raises ValueError for windows below
    one day, an unknown time zone, or a model learned for other windows.
    """
    windows = _checked(windows, learned)
    known = _known(occurrences, as_of, timezone)
    today = as_of.astimezone(ZoneInfo(timezone)).date()
    if known.is_empty():
        return RecurrencePredictions(PREDICTION_SCHEMA.to_frame(), no_curves(today), learned)
    observed = without_blind_time(known, blind, as_of=as_of)
    history = build_history(observed, phase=as_of, observed_since=observed_since)
    gaps, owner = running_gaps(history), _answerable(history)
    if learned is None and len(owner):
        earlier = ledger_record(ledger, history.phase)
        learned = learn_recurrence(history, gaps, windows=windows, earlier=earlier, seed=seed)

    def described() -> tuple[pl.DataFrame, ForecastCurves]:
        triggers = likely_triggers(known, changes, as_of=as_of, timezone=timezone, names=names)
        about = _explained(_about(history, known, as_of), triggers, _impact_frame(impacts, known))
        return about, _curves(history, known, today)

    with ThreadPoolExecutor(1) as second_core:
        descriptions = second_core.submit(described)
        said = _answered(history, gaps, owner, windows, learned)
        about, curves = descriptions.result()
    return RecurrencePredictions(_predictions(about, said, windows, today), curves, learned)


def _checked(windows: tuple[int, ...], learned: LearnedRecurrence | None) -> tuple[int, ...]:
    if not windows or min(windows) < 1:
        raise ValueError(f"windows must be whole days from 1, not {windows}")
    windows = tuple(sorted(set(windows)))
    if learned and learned.windows != windows:
        raise ValueError(f"the model was learned for windows {learned.windows}, not {windows}: learn it anew")
    return windows


def _known(occurrences: pl.DataFrame, as_of: datetime, timezone: str) -> pl.DataFrame:
    """What had happened by then, by pattern and time, with the local instant."""
    known = occurrences.filter((pl.col("occurred_at") < as_of) & pl.col("pattern_id").is_not_null())
    _, number = pattern_numbers(known["pattern_id"])
    local = pl.col("occurred_at").dt.convert_time_zone(timezone).dt.replace_time_zone(None).alias("local")
    return known.with_columns(number.alias("number"), local).sort("number", "occurred_at")


def _answerable(history: History) -> Ints:
    """The patterns with enough events to say something of them."""
    owner, _ = eligible_pairs(
        history, np.array([history.phase]), min_events=LEAST_EVENTS, active_within_days=np.inf
    )
    return owner


def _answered(
    history: History,
    gaps: RunningGaps,
    owner: Ints,
    windows: tuple[int, ...],
    learned: LearnedRecurrence | None,
) -> Answers:
    """Today's answers (patterns x windows), NaN for other patterns than the owners. They are asked in parts,
    to bound memory; no answer depends on the part.
    """
    probability = np.full((history.size, len(windows)), np.nan)
    said = {name: probability.copy() for name in MEMBERS}
    prior, now = pretrained_prior(), history.phase
    if learned is None:
        return Answers(probability, {})
    for start in range(0, len(owner), CHUNK):
        few = owner[start : start + CHUNK]
        rows = recurrence_rows(
            history, gaps, few, np.full(len(few), now), windows=windows, prior=prior, known_until=now
        )
        answers = answer(learned, rows)
        probability[few] = answers.probability.T
        for name, log_odds in answers.said.items():
            said[name][few] = log_odds.T
    return Answers(probability, {name: one for name, one in said.items() if np.isfinite(one[owner]).all()})


def _curves(history: History, known: pl.DataFrame, today: date) -> ForecastCurves:
    days_ago = known.select((pl.lit(today) - pl.col("local").dt.date()).dt.total_days()).to_series()
    return forecast_curves(history.patterns, history.events.owner, days_ago.to_numpy(), today=today)


def _predictions(about: pl.DataFrame, said: Answers, windows: tuple[int, ...], today: date) -> pl.DataFrame:
    """PREDICTION_SCHEMA, pattern by pattern and window by window."""
    size, count = said.probability.shape
    members = {name: np.round(expit(log_odds.ravel()), 4) for name, log_odds in said.said.items()}
    spoken = pl.DataFrame(members or {"prior": np.full(size * count, np.nan)})
    dates = next_dates(said.probability, windows, today)
    each = np.repeat(np.arange(size), count)
    frame = (
        about[each]
        .hstack(dates[each])
        .with_columns(
            pl.Series("window_days", np.tile(windows, size), dtype=pl.Int64),
            pl.Series("probability", said.probability.ravel()).fill_nan(None),
            spoken.select(pl.struct(pl.all()).struct.json_encode()).to_series().alias("model_probabilities"),
            pl.lit(MODEL_VERSION).alias("model_version"),
        )
    )
    silent = pl.col("probability").is_null()
    frame = frame.with_columns(
        pl.when(silent).then(pl.lit(TOO_FEW_EVENTS)).alias("reason"),
        pl.when(~silent).then(pl.col("model_probabilities")),
    )
    return frame.select(pl.col(name).cast(kind) for name, kind in PREDICTION_SCHEMA.items())


def _about(history: History, known: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Count, where and when of every pattern."""
    cell = known.select(timing_cells(pl.col("local"))).to_series().to_numpy()
    age = known.select((pl.lit(as_of) - pl.col("occurred_at")).dt.total_seconds() / 86_400).to_series()
    when = likely_when(history.events.owner, cell, age.to_numpy(), history.size)
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


def _explained(about: pl.DataFrame, triggers: pl.DataFrame, impacts: pl.DataFrame) -> pl.DataFrame:
    """The patterns with their impact, and with the evidence of what triggers them and its sentence."""
    texts = triggers["evidence"].unique(maintain_order=True)
    worded = pl.DataFrame({"evidence": texts, "likely_trigger": [trigger_text(text) for text in texts]})
    told = triggers.join(worded, on="evidence", how="left")
    frame = about.join(told, on="pattern_id", how="left", maintain_order="left")
    frame = frame.join(impacts, on="pattern_id", how="left", maintain_order="left")
    return frame.with_columns(pl.col("impact").fill_null("medium"), pl.col("evidence").fill_null("[]"))
