"""One opinion out of many: members are weighed by how well they did on windows that have since closed.

The mixture is linear in log odds. Nothing is learned from a window before it has closed, and overlapping
windows are not counted as independent evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.local_learners import logistic_map

DISCOUNT_DAYS = 730.0
CALIBRATE_FROM_WINDOWS = 8
CALIBRATE_FROM_ROWS = 50
CALIBRATION_BELIEF = 0.8
HELD_BACK_FROM = 0.6
UNCALIBRATED = (0.0, 1.0)
CALIBRATION_PRECISION = np.array([1.0, 10.0])  # of level and slope: 1 and .3 off is no surprise
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
        calibration[float(window)] = _platt(record, closed, mine, now, window)
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


def _platt(
    record: Record, closed: npt.NDArray[np.bool_], weights: Mapping[str, float], now: int, window: float
) -> tuple[float, float]:
    """Level and slope that past windows ask for; a common shock counts once, not once for each pattern."""
    happened, origin = record.happened[closed], record.origin[closed]
    enough = independent_windows(record, window, now) >= CALIBRATE_FROM_WINDOWS
    if not enough or not _shows_both(happened):
        return UNCALIBRATED
    mixed = _mixed_then(record, closed, weights)
    blocks = (origin - origin.min()) // int(window * DAY_MS)
    trust = np.exp2((origin - now) / DAY_MS / DISCOUNT_DAYS) / design_effect(mixed, happened, blocks)
    level, slope = _level_and_slope(mixed, happened, trust)
    belief = _earned(mixed, happened, trust, origin, window)
    return belief * level, 1.0 + belief * (slope - 1.0)


def _shows_both(happened: Floats) -> bool:
    return len(happened) >= CALIBRATE_FROM_ROWS and bool(happened.min() < happened.max())


def _level_and_slope(mixed: Floats, happened: Floats, trust: Floats) -> tuple[float, float]:
    design = np.column_stack([np.ones(len(mixed)), mixed])
    level, slope = logistic_map(design, happened, trust, CALIBRATION_PRECISION, mixed)
    return float(level), float(np.clip(1.0 + slope, 0.5, 1.5))


def _earned(mixed: Floats, happened: Floats, trust: Floats, origin: Ints, window: float) -> float:
    """How far to believe a calibration: would one learned on the older part have served on the newer part?

    The posterior of "calibrate" against "leave it", both parts' windows not overlapping.
    """
    cut = origin.min() + HELD_BACK_FROM * float(origin.max() - origin.min())
    early, late = origin + window * DAY_MS <= cut, origin >= cut
    if not _shows_both(happened[early]) or late.sum() < CALIBRATE_FROM_ROWS:
        return CALIBRATION_BELIEF
    level, slope = _level_and_slope(mixed[early], happened[early], trust[early])
    plain, moved = (
        trust[late] @ log_losses(said, happened[late]) for said in (mixed[late], level + slope * mixed[late])
    )
    odds = CALIBRATION_BELIEF / (1 - CALIBRATION_BELIEF) * np.exp(np.clip(plain - moved, -50, 50))
    return float(odds / (1 + odds))


def design_effect(log_odds: Floats, happened: Floats, blocks: Ints) -> float:
    """How many times less is known than from as many independent outcomes: the variance of the blocks' summed
    errors over the binomial one, at least 1.

    In: log odds, outcomes 0/1 and the number of the block (a span of time) of each row. Source: Kish's design
    effect, with the clusters of Liang & Zeger's robust variance.
    """
    said = expit(log_odds)
    summed = np.bincount(np.unique(blocks, return_inverse=True)[1], happened - said)
    return max(1.0, float((summed**2).sum() / (said * (1 - said)).sum()))


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
