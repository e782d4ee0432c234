"""One opinion out of many: members are weighed by how well they did on windows that have since closed.

The mixture is linear in log odds. Nothing is learned from a window before it has closed, and overlapping
windows are not counted as independent evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.local_learners import logistic_map
from causeloop_pipeline.analysis.members import MEMBERS
from causeloop_pipeline.analysis.recurrence_history import DAY_MS, Floats, Ints

DISCOUNT_DAYS = 730.0
CALIBRATE_FROM_WINDOWS = 8
ROWS_PER_INDEPENDENT = 20.0


@dataclass(frozen=True)
class Record:
    """What was said and what came of it: log odds per member (NaN where silent), the mixed log odds, the
    outcome (NaN while open).
    """

    said: Mapping[str, Floats]
    mixed: Floats
    window: Floats
    origin: Ints
    closes: Ints
    happened: Floats


@dataclass(frozen=True)
class Mixture:
    """Weights per window and member, and level and slope of the calibration per window."""

    weights: Mapping[float, Mapping[str, float]]
    calibration: Mapping[float, tuple[float, float]]


def empty_record() -> Record:
    """A record of nothing."""
    nothing, none = np.zeros(0), np.zeros(0, np.int64)
    return Record(dict.fromkeys(MEMBERS, nothing), nothing, nothing, none, none, nothing)


def log_losses(log_odds: Floats, happened: Floats) -> Floats:
    """Log loss of each row."""
    result: Floats = np.logaddexp(0, log_odds) - happened * log_odds
    return result


def independent_windows(record: Record, window: float, now: int) -> float:
    """How many windows of this length fit between the first and the last closed origin: K of the recipe."""
    closed = (record.window == window) & (record.closes <= now)
    if not closed.any():
        return 0.0
    origins = record.origin[closed]
    return float((origins.max() - origins.min()) / DAY_MS / window + 1)


def fit_mixture(record: Record, windows: tuple[int, ...], now: int, *, step_days: float = 7.0) -> Mixture:
    """Weights W_m ∝ W0_m · exp(-½ · ess · min(1, (K - 1) / 8) · (L_m - min L)), then Platt scaling where K ≥
    8.

    In: the record, windows in days, the moment (ms) up to which windows count as closed. Out: Mixture for
    every window. L_m is the past log loss discounted with a half-life of two years.
    """
    weights, calibration = {}, {}
    for window in windows:
        closed = (record.window == window) & (record.closes <= now) & ~np.isnan(record.happened)
        trust = min(1.0, step_days / window) * np.exp2((record.origin[closed] - now) / DAY_MS / DISCOUNT_DAYS)
        periods = independent_windows(record, window, now)
        mine = _weights(record, closed, trust, periods)
        weights[float(window)] = mine
        mixed = _mixed_then(record, closed, mine)
        calibration[float(window)] = _platt(mixed, record.happened[closed], trust, periods)
    return Mixture(weights, calibration)


def _weights(
    record: Record, closed: npt.NDArray[np.bool_], trust: Floats, periods: float
) -> dict[str, float]:
    start = np.array(list(MEMBERS.values()))
    if periods <= 1 or not len(trust):
        return dict(zip(MEMBERS, (start / start.sum()).tolist(), strict=True))
    happened = record.happened[closed]
    losses = np.full(len(MEMBERS), np.nan)
    for number, name in enumerate(MEMBERS):
        said = record.said[name][closed]
        heard = ~np.isnan(said)
        if trust[heard].sum() > 0.5 * trust.sum():
            losses[number] = np.average(log_losses(said[heard], happened[heard]), weights=trust[heard])
    losses = np.where(np.isnan(losses), np.nanmean(losses), losses)
    evidence = 0.5 * trust.sum() / ROWS_PER_INDEPENDENT * min(1.0, (periods - 1) / 8)
    scaled = start * np.exp(-evidence * (losses - losses.min()))
    return dict(zip(MEMBERS, (scaled / scaled.sum()).tolist(), strict=True))


def _mixed_then(record: Record, closed: npt.NDArray[np.bool_], weights: Mapping[str, float]) -> Floats:
    """The mixed log odds as issued; where only the members' are on record, mixed with today's weights."""
    mixed, window = record.mixed[closed], record.window[closed]
    unknown = np.isnan(mixed)
    if not unknown.any():
        return mixed
    said = {name: record.said[name][closed] for name in MEMBERS}
    anew = mix(Mixture({float(length): weights for length in np.unique(window)}, {}), said, window)
    return np.where(unknown, anew, mixed)


def _platt(mixed: Floats, happened: Floats, trust: Floats, periods: float) -> tuple[float, float]:
    if periods < CALIBRATE_FROM_WINDOWS or len(happened) < 50 or happened.min() == happened.max():
        return 0.0, 1.0
    design = np.column_stack([np.ones(len(mixed)), mixed])
    level, slope = logistic_map(design, happened, trust, np.array([4.0, 25.0]), mixed)
    return float(level), float(np.clip(1.0 + slope, 0.5, 1.5))


def mix(mixture: Mixture, said: Mapping[str, Floats], window: Floats) -> Floats:
    """Mixed log odds of every row before calibration; silent members give their weight to the others."""
    total, norm = np.zeros(len(window)), np.zeros(len(window))
    for length, weights in mixture.weights.items():
        mine = window == length
        for name, log_odds in said.items():
            heard = mine & ~np.isnan(log_odds)
            total[heard] += weights[name] * log_odds[heard]
            norm[heard] += weights[name]
    return total / np.maximum(norm, 1e-12)


def calibrate(mixture: Mixture, mixed: Floats, window: Floats) -> Floats:
    """Calibrated log odds of mixed ones."""
    result = mixed.copy()
    for length, (level, slope) in mixture.calibration.items():
        mine = window == length
        result[mine] = level + slope * mixed[mine]
    return result
