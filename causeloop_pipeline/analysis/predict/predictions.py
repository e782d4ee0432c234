"""Predicts whether each pattern of a workspace recurs, when, where and why, from its occurrences."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints, mark_numbers
from causeloop_pipeline.analysis.predict.descriptions import (
    add_triggers,
    describe_patterns,
    draw_curves,
    list_likely_times,
)
from causeloop_pipeline.analysis.predict.headline_window import (
    choose_headline_window,
    estimate_skill,
    measure_skill,
)
from causeloop_pipeline.analysis.predict.kept_rhythms import (
    describe_rhythms,
    draw_turns,
    list_turns_ahead,
)
from causeloop_pipeline.analysis.predict.predictable import list_reasons, select_predictable
from causeloop_pipeline.analysis.predict.prophet.curves import ForecastCurves, no_curves
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import accumulate_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import (
    NumberedOccurrences,
    OccurrenceHistory,
    build_numbered_history,
    keep_occurrences,
    keep_patterns,
    number_occurrences,
)
from causeloop_pipeline.analysis.predict.recurrence.ledger import read_past_forecasts
from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import remove_observation_gaps
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rhythm import FoundRhythms, find_rhythms
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    build_samples,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model import (
    PatternProbabilities,
    TrainedModel,
    predict_probabilities,
    train_model,
)
from causeloop_pipeline.analysis.predict.risk import rate_impacts
from causeloop_pipeline.analysis.predict.triggers.timing import estimate_next_dates, find_bound_weekdays
from causeloop_pipeline.analysis.predict.triggers.triggers import find_triggers
from causeloop_pipeline.model.frames import PREDICTION_SCHEMA
from causeloop_pipeline.model.prediction import MODEL_NAMES, RHYTHM, WINDOWS, WITHOUT_FIX

MODEL_VERSION = "recurrence-3"
PATTERNS_AT_ONCE = 20_000
WEIGHT_SCHEMA = pl.Schema({"window_days": pl.Int64, "model": pl.String, "weight": pl.Float64})


@dataclass(frozen=True)
class RecurrencePredictions:
    """`predictions` (frames.PREDICTION_SCHEMA), the forecast `curves`, and the model that made them (None:
    there was nothing to train on).
    """

    predictions: pl.DataFrame
    curves: ForecastCurves
    trained_model: TrainedModel | None

    @property
    def headline_window(self) -> int:
        """Days of the window that is shown first: by a backtest or, without one, by what is predicted."""
        simulated = self.trained_model.simulated if self.trained_model else None
        scores = measure_skill(simulated) if simulated else estimate_skill(self.predictions)
        windows = self.trained_model.windows if self.trained_model else WINDOWS
        return choose_headline_window(scores, windows)

    @property
    def forecasts(self) -> pl.DataFrame:
        """The curves as frames.FORECAST_SCHEMA, a row a day."""
        return self.curves.frame()

    @property
    def weights(self) -> pl.DataFrame:
        """The weight of each base model: window_days, model, weight."""
        by_window = self.trained_model.ensemble.weights if self.trained_model else {}
        rows = [
            (int(window), model, weight)
            for window, by_model in by_window.items()
            for model, weight in by_model.items()
        ]
        return pl.DataFrame(rows, schema=WEIGHT_SCHEMA, orient="row")


@dataclass(frozen=True)
class RecurrenceInputs:
    """What is known of a workspace when its patterns are predicted.

    occurrences: frames.OCCURRENCE_SCHEMA or CATEGORIZED_OCCURRENCE_SCHEMA. changes: frame(changed_at, kind,
    service, title). ledger: issued predictions with their outcomes (see `read_past_forecasts`), read only
    when a model is trained. observation_gaps: OBSERVATION_GAP_SCHEMA, spans that count neither as silence nor
    as age. observed_since: when observation began (default: the first event). impacts: frame(pattern_id,
    impact) (default: `risk.rate_impacts`). pattern_names: pattern_id -> name, for the texts. wanted:
    ids of the patterns to predict (default: all); the others are evidence for them.
    """

    occurrences: pl.DataFrame
    changes: pl.DataFrame | None = None
    ledger: pl.DataFrame | None = None
    observation_gaps: pl.DataFrame | None = None
    observed_since: datetime | None = None
    impacts: pl.DataFrame | None = None
    pattern_names: Mapping[str, str] | None = None
    wanted: frozenset[str] | None = None


def predict_recurrence(
    inputs: RecurrenceInputs,
    *,
    as_of: datetime,
    windows: tuple[int, ...] = WINDOWS,
    timezone: str = "UTC",
    trained_model: TrainedModel | None = None,
    seed: int = 0,
) -> RecurrencePredictions:
    """Predict the calibrated probability that each pattern recurs within each window, with when, where, why
    and a forecast curve.

    In: RecurrenceInputs (events at or after `as_of` are ignored); windows in days; `trained_model` of an
    earlier call for the same windows (default: one is trained here, and only then is the ledger of use).
    Out: RecurrencePredictions, sorted by pattern and window. Probabilities never fall with the window; a
    pattern with fewer than two events has none, and `reason` says too_few_events; in a workspace observed for
    less than three days none has one, and `reason` says too_little_history; within 60 days, nor has one whose
    events all followed one another within an hour: only_one_burst. Raises ValueError for windows below one
    day, an unknown time zone, or a model trained for other windows.
    """
    windows = _check_windows(windows, trained_model)
    occurrences = number_occurrences(inputs.occurrences, as_of, timezone)
    today = as_of.astimezone(ZoneInfo(timezone)).date()
    if occurrences.rows.is_empty():
        return RecurrencePredictions(PREDICTION_SCHEMA.to_frame(), no_curves(today), trained_model)

    observed = remove_observation_gaps(occurrences.rows, inputs.observation_gaps, as_of=as_of)
    everything = build_numbered_history(
        replace(occurrences, rows=observed),
        reference_time=as_of,
        observed_since=inputs.observed_since,
        real_at=occurrences.rows["occurred_at"].dt.timestamp("ms").to_numpy().astype(np.int64),
        timezone=timezone,
    )
    if trained_model is None and len(select_predictable(everything)):
        earlier = read_past_forecasts(inputs.ledger, everything.reference_time)
        gaps = accumulate_gaps(everything)
        trained_model = train_model(everything, gaps, windows=windows, earlier=earlier, seed=seed)
    numbers = _number_wanted(everything, inputs.wanted)
    history, own = keep_patterns(everything, numbers), keep_occurrences(occurrences, numbers)

    def describe() -> tuple[pl.DataFrame, ForecastCurves]:
        triggers = find_triggers(
            occurrences, inputs.changes, as_of=as_of, names=inputs.pattern_names, numbers=numbers
        )
        when = list_likely_times(everything, occurrences.rows, numbers, as_of)
        impacts = _impacts(inputs.impacts, own, as_of)
        about = describe_patterns(history, own, when).join(
            impacts, on="pattern_id", how="left", maintain_order="left"
        )
        return add_triggers(about, triggers), draw_curves(history, own.rows, occurrences.rows, today)

    with ThreadPoolExecutor(1) as second_core:
        descriptions = second_core.submit(describe)
        rhythms = _find_rhythms(history, windows)
        predicted = _predict_patterns(history, trained_model, windows, rhythms)
        about, curves = descriptions.result()
    dates = _estimate_dates(history, own.rows, predicted, rhythms, windows, today)
    own_rhythms = describe_rhythms(rhythms, history.size)
    rows = _prediction_rows(about, predicted, windows, dates.with_columns(list_reasons(history), own_rhythms))
    return RecurrencePredictions(rows, draw_turns(curves, rhythms, history), trained_model)


def _number_wanted(history: OccurrenceHistory, wanted: frozenset[str] | None) -> Ints:
    """The numbers of the patterns to predict."""
    if wanted is None:
        return np.arange(history.size)
    is_wanted = history.patterns.cast(pl.String).is_in(pl.Series(list(wanted), dtype=pl.String).implode())
    return np.flatnonzero(is_wanted.to_numpy())


def _check_windows(windows: tuple[int, ...], trained_model: TrainedModel | None) -> tuple[int, ...]:
    if not windows or min(windows) < 1:
        raise ValueError(f"windows must be whole days from 1, not {windows}")
    windows = tuple(sorted(set(windows)))
    if trained_model and trained_model.windows != windows:
        raise ValueError(
            f"the model was trained for windows {trained_model.windows}, not {windows}: train it again"
        )
    return windows


def _find_rhythms(history: OccurrenceHistory, windows: tuple[int, ...]) -> FoundRhythms:
    """The rhythms of the predictable patterns, by their numbers."""
    numbers = select_predictable(history)
    rhythms = find_rhythms(history, numbers, np.full(len(numbers), history.reference_time), windows)
    return replace(rhythms, pair=numbers[rhythms.pair])


def _predict_patterns(
    history: OccurrenceHistory,
    trained_model: TrainedModel | None,
    windows: tuple[int, ...],
    rhythms: FoundRhythms,
) -> PatternProbabilities:
    """Today's probabilities (patterns x windows), NaN for patterns that are not predictable. They are
    computed in parts, to bound memory; no probability depends on the part.
    """
    probability = np.full((history.size, len(windows)), np.nan)
    if trained_model is None:
        return PatternProbabilities(probability, {})

    gaps, predictable = accumulate_gaps(history), select_predictable(history)
    log_odds = {name: probability.copy() for name in BASE_MODELS}
    now = history.reference_time
    options = SampleOptions(windows, load_pretrained_prior(), known_until=now)
    for start in range(0, len(predictable), PATTERNS_AT_ONCE):
        part = predictable[start : start + PATTERNS_AT_ONCE]
        own = rhythms.take(np.isin(rhythms.pair, part))
        own = replace(own, pair=np.searchsorted(part, own.pair))
        samples = build_samples(history, gaps, OriginPairs(part, np.full(len(part), now)), options, own)
        predicted = predict_probabilities(trained_model, samples)
        probability[part] = predicted.probability.T
        for name, values in predicted.log_odds.items():
            log_odds[name][part] = values.T
    complete = {name: values for name, values in log_odds.items() if np.isfinite(values[predictable]).all()}
    complete[RHYTHM] = np.full_like(probability, np.nan)
    complete[RHYTHM][rhythms.pair] = rhythms.log_odds
    return PatternProbabilities(probability, complete)


def _estimate_dates(
    history: OccurrenceHistory,
    occurrences: pl.DataFrame,
    predicted: PatternProbabilities,
    rhythms: FoundRhythms,
    windows: tuple[int, ...],
    today: date,
) -> pl.DataFrame:
    """When each pattern is expected next, on the turns or weekdays that it keeps to."""
    day = occurrences.select(pl.col("local").dt.epoch("d").cast(pl.Int64)).to_series().to_numpy()
    pattern_idx = history.events.pattern_idx
    occurred_today = mark_numbers(pattern_idx[day == (today - date(1970, 1, 1)).days], history.size)
    weekdays = find_bound_weekdays(pattern_idx, day, history.size)
    turns = list_turns_ahead(rhythms, today)
    return estimate_next_dates(predicted.probability, windows, today, weekdays, occurred_today, turns)


def _impacts(impacts: pl.DataFrame | None, occurrences: NumberedOccurrences, as_of: datetime) -> pl.DataFrame:
    if impacts is None:
        return rate_impacts(occurrences.patterns.to_frame("pattern_id"), occurrences.rows, as_of)
    return impacts.select("pattern_id", "impact").unique("pattern_id", keep="first", maintain_order=True)


def _prediction_rows(
    about: pl.DataFrame, predicted: PatternProbabilities, windows: tuple[int, ...], dates: pl.DataFrame
) -> pl.DataFrame:
    """PREDICTION_SCHEMA, pattern by pattern and window by window."""
    size, count = predicted.probability.shape
    by_model = [
        pl.Series(name, np.round(expit(predicted.log_odds[name].ravel()), 4)).fill_nan(None)
        if name in predicted.log_odds
        else pl.lit(None, pl.Float64).alias(name)
        for name in (*MODEL_NAMES, WITHOUT_FIX, RHYTHM)
    ]
    row = np.repeat(np.arange(size), count)
    frame = (
        about[row]
        .hstack(dates[row])
        .with_columns(
            pl.Series("window_days", np.tile(windows, size), dtype=pl.Int64),
            pl.Series("probability", predicted.probability.ravel()).fill_nan(None),
            pl.struct(by_model).alias("model_probabilities"),
            pl.lit(MODEL_VERSION).alias("model_version"),
        )
    )
    has_none = pl.col("probability").is_null()
    frame = frame.with_columns(
        pl.when(has_none).then(pl.col("reason")),
        pl.when(~has_none).then(pl.col("model_probabilities")),
        pl.when(~has_none).then(pl.col("rhythm")),
    )
    return frame.select(pl.col(name).cast(dtype) for name, dtype in PREDICTION_SCHEMA.items())
