"""The trained model of a workspace: the fitted base models, their weights and the calibration.

Training takes seconds and is done once a night; the trained model then predicts any number of patterns until
the next night.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    FittedBaseModels,
    fit_base_models,
    predict_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.ensemble import (
    Ensemble,
    PastForecasts,
    calibrate,
    combine_log_odds,
    empty_past_forecasts,
    fit_ensemble,
    widen_beyond_observed,
)
from causeloop_pipeline.analysis.predict.recurrence.flat_trees import flatten_trees
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    RunningGaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rhythm import blend_rhythm
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import (
    MAX_PROBABILITY,
    MIN_PROBABILITY,
    IssuedForecasts,
    roll_forward,
)
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    Samples,
    build_samples,
)

MIN_EVENTS = 2
TRAINING_PAIRS = 5_000
TRAINING_ORIGINS = 156
CHECKPOINTS = 2
WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True)
class TrainedModel:
    """Fitted base models (None: too little to train on) and ensemble, for `windows` in days, and the number
    of events they were trained on.

    simulated: what would have been predicted at past moments, with what came; None where there were too few,
    and for a model that was stored.
    """

    windows: tuple[int, ...]
    event_count: int
    base_models: FittedBaseModels | None
    ensemble: Ensemble
    simulated: IssuedForecasts | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class PatternProbabilities:
    """The probability, and by base model the log odds: both windows x pairs."""

    probability: Floats
    log_odds: dict[str, Floats]


def train_model(
    history: OccurrenceHistory,
    gaps: RunningGaps,
    *,
    windows: tuple[int, ...],
    earlier: PastForecasts | None,
    seed: int,
) -> TrainedModel:
    """Train on the windows that had closed by the history's reference time.

    In: a history with its gap sums, windows in days (ascending), forecasts really issued, a seed. Out:
    TrainedModel. The base models are fitted on a sample of past (pattern, origin) pairs; weights and
    calibration come from what they would have predicted at a few past moments, and from the issued forecasts.
    """
    now = history.reference_time
    pairs = _sample_past_pairs(history, seed)
    options = SampleOptions(windows, load_pretrained_prior(), known_until=now)
    samples = build_samples(history, gaps, pairs, options)
    checkpoints = _choose_checkpoints(pairs.forecast_origin)
    past = earlier or empty_past_forecasts()
    simulated = _simulate_forecasts(samples, checkpoints, windows, past, seed)
    base_models = fit_base_models(samples.take(~np.isnan(samples.outcome)), seed)
    ensemble = fit_ensemble(past.extend(simulated.forecasts) if simulated else past, windows, now)
    return TrainedModel(windows, len(history.events.at), _flatten_trees(base_models), ensemble, simulated)


def predict_probabilities(trained_model: TrainedModel, samples: Samples) -> PatternProbabilities:
    """Predict samples whose windows stand one after the other, as those of `build_samples` do.

    In: the trained model and the samples. Out: PatternProbabilities; none falls with the window.
    """
    log_odds = predict_log_odds(trained_model.base_models, samples)
    combined = combine_log_odds(trained_model.ensemble, log_odds, samples.window)
    calibrated = calibrate(trained_model.ensemble, combined, samples.window)
    widened = widen_beyond_observed(calibrated, samples.window, samples.observed_days, samples.repeats)
    shape = (len(np.unique(samples.window)), -1)
    blended = blend_rhythm(widened, samples.rhythm, samples.rhythm_weight)
    probability = np.clip(blended, MIN_PROBABILITY, MAX_PROBABILITY).reshape(shape)
    return PatternProbabilities(
        np.maximum.accumulate(probability, axis=0),
        {name: values.reshape(shape) for name, values in log_odds.items()},
    )


def _flatten_trees(base_models: FittedBaseModels | None) -> FittedBaseModels | None:
    """The same base models, with trees that can be stored as JSON."""
    if base_models is None or base_models.trees is None:
        return base_models
    trees = replace(base_models.trees, model=flatten_trees(base_models.trees.model))
    return replace(base_models, trees=trees)


def _simulate_forecasts(
    samples: Samples,
    checkpoints: list[int],
    windows: tuple[int, ...],
    earlier: PastForecasts,
    seed: int,
) -> IssuedForecasts | None:
    """The forecasts that would have been issued from the checkpoints on, knowing only what was known then."""
    if not checkpoints:
        return None
    return roll_forward(samples, samples, checkpoints, windows=windows, seed=seed, earlier=earlier)


def _sample_past_pairs(history: OccurrenceHistory, seed: int) -> OriginPairs:
    """A fixed number of past (pattern, origin) pairs, weekly origins, so that training costs the same for any
    workspace.
    """
    now = history.reference_time
    begin = max(history.observed_since, now - TRAINING_ORIGINS * WEEK_MS)
    origins = np.arange(now - WEEK_MS, begin, -WEEK_MS)[::-1]
    if not len(origins):
        return OriginPairs(np.zeros(0, np.int64), np.zeros(0, np.int64))

    rng = np.random.default_rng(seed)
    share = max(1, int(np.ceil(4 * TRAINING_PAIRS / len(origins))))
    every = np.arange(history.size) if history.size <= share else None
    pattern_idx = np.concatenate(
        [every if every is not None else rng.choice(history.size, share, replace=False) for _ in origins]
    )
    forecast_origin = np.repeat(origins, len(pattern_idx) // len(origins))

    position = history.events.position_before(pattern_idx, forecast_origin)
    has_enough = position - history.events.first[pattern_idx] >= MIN_EVENTS
    which = np.flatnonzero(has_enough)
    if len(which) > TRAINING_PAIRS:
        which = np.sort(rng.permutation(which)[:TRAINING_PAIRS])
    return OriginPairs(pattern_idx[which], forecast_origin[which])


def _choose_checkpoints(origins: Ints) -> list[int]:
    """A few past moments at which forecasts are simulated."""
    if not len(origins):
        return []
    between = np.linspace(int(origins.min()), int(origins.max()), CHECKPOINTS + 2)[1:-1]
    moments: list[int] = np.unique(between.astype(np.int64)).tolist()
    return moments
