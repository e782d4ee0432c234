"""Fits how common duplicates are by what tells it: the curve of base rates, and the slopes of the score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.detect.similarity.base_rate import (
    find_best_candidates,
    find_intercept,
    measure_large_groups,
    measure_mutual_share,
    sigmoid,
)
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel, estimate_pair_model
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import (
    MUTUAL_SHARES,
    SLOPE_LOG_ODDS,
    PairParameters,
)
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_pairs import (
    LabelledPairs,
    LabelledTracker,
)

WHOLE_WEIGHT, MIXED_WEIGHT = 3.0, 0.3  # of a set as it is, and of what was mixed by halves, beside an export
SMOOTHNESS = 0.005
FULL_WEIGHT_TEXTS = 500
SHARPNESS = (0.89, 1.10)
"""Of the slopes of best candidates: groups hold other pairs too. Where duplicates are rare, linkage takes
what only looks likeliest; in an export the further neighbours of a text are not duplicates, however near they
are.
"""

_STEPS = np.arange(0.4, 1.65, 0.1)


@dataclass(frozen=True, slots=True)
class MeasuredExport:
    """What an export shows, and what its labels say."""

    mutual_share: float
    mate_log_odds: float  # that the best candidate of a text is its mate
    large_groups: float  # what of that the third-best candidates tell
    slope: float  # under which its labels are likeliest
    weight: float
    is_whole: bool


def measure_exports(tracker: LabelledTracker, parameters: PairParameters) -> list[MeasuredExport]:
    """Measures a set and its exports.

    In: the set, the parameters that score its pairs. Out: the set itself first.
    """
    whole = _measure(tracker.pairs, parameters, is_whole=True)
    return [whole, *(_measure(export, parameters, is_whole=False) for export in tracker.exports)]


def _measure(pairs: LabelledPairs, parameters: PairParameters, *, is_whole: bool) -> MeasuredExport:
    scored = pairs.score(parameters)
    model = estimate_pair_model(scored, [""] * len(pairs.label), parameters)
    score = PairModel(time=model.time).score_with_time(scored)
    best = find_best_candidates(scored.left, scored.right, score, len(pairs.label))
    partner = pairs.label[best.partner]
    is_mate = (best.partner >= 0) & (pairs.label > 0) & (pairs.label == partner)
    share = (float(is_mate.sum()) + 0.5) / (len(is_mate) + 1.0)
    has_mate = (pairs.label > 0) & (np.bincount(pairs.label)[pairs.label] > 1)
    is_mixed = not is_whole and 0.2 < float(has_mate.mean()) < 0.9
    kind = WHOLE_WEIGHT if is_whole else MIXED_WEIGHT if is_mixed else 1.0
    mutual_share = measure_mutual_share(best.is_mutual)
    return MeasuredExport(
        mutual_share,
        float(np.log(share / (1.0 - share))),
        measure_large_groups(mutual_share, best.third),
        _find_slope(best.best, is_mate),
        kind * min(len(is_mate), FULL_WEIGHT_TEXTS) / FULL_WEIGHT_TEXTS,
        is_whole,
    )


def _find_slope(best: Floats, is_mate: Bools) -> float:
    """The slope at which the labels of best candidates are likeliest, given how many are duplicates."""
    share = float(np.clip(is_mate.mean(), 0.001, 0.999))

    def measure_loss(slope: float) -> float:
        log_odds = np.clip(slope * best, -60, 60) + find_intercept(slope * best, share)
        return float((np.logaddexp(0.0, log_odds) - is_mate * log_odds).sum())

    return float(min(_STEPS.tolist(), key=measure_loss))


def fit_curve(families: Sequence[Sequence[MeasuredExport]]) -> tuple[float, ...]:
    """Fits the log odds of a mate by the share of mutual best candidates.

    In: the measured exports of each family of trackers; those of large groups tell nothing of it. Out: log
    odds at MUTUAL_SHARES, which never fall.

    Method: bounded least squares of a piecewise linear function, its bends penalized.
    """
    from scipy.optimize import lsq_linear

    exports, weight = _weigh_families(
        [[export for export in family if not export.large_groups] for family in families]
    )
    knots = np.array(MUTUAL_SHARES)
    share = np.array([export.mutual_share for export in exports])
    position = (share[:, None] - knots[:-1]) / np.diff(knots)
    design = np.column_stack([np.ones(len(exports)), np.clip(position, 0.0, 1.0)])
    bends = np.zeros((len(knots) - 2, len(knots)))
    for row in range(len(bends)):
        bends[row, row + 1], bends[row, row + 2] = (
            1 / (knots[row + 1] - knots[row]),
            -1 / (knots[row + 2] - knots[row + 1]),
        )
    root = np.sqrt(weight)
    target = np.array([export.mate_log_odds for export in exports])
    rises = lsq_linear(
        np.vstack([design * root[:, None], SMOOTHNESS * bends]),
        np.concatenate([target * root, np.zeros(len(bends))]),
        bounds=(np.array([-np.inf, *[0.0] * (len(knots) - 1)]), np.inf),
    ).x
    return tuple(np.cumsum(rises).round(2).tolist())


def fit_slopes(families: Sequence[Sequence[MeasuredExport]]) -> tuple[float, float]:
    """Fits how much the score tells where duplicates are rare, and where they are common.

    In: the measured exports of each family. Out: the slopes at SLOPE_LOG_ODDS, between which it is linear;
    least squares, times SHARPNESS.
    """
    exports, weight = _weigh_families(families)
    first, last = SLOPE_LOG_ODDS
    log_odds = np.array([export.mate_log_odds for export in exports])
    share = np.clip((log_odds - first) / (last - first), 0.0, 1.0)
    root = np.sqrt(weight)
    design = np.column_stack([1.0 - share, share]) * root[:, None]
    slopes = np.linalg.lstsq(design, np.array([export.slope for export in exports]) * root, rcond=None)[0]
    low, high = (float(slope) * sharpness for slope, sharpness in zip(slopes, SHARPNESS, strict=True))
    return round(low, 2), round(high, 2)


def _weigh_families(
    families: Sequence[Sequence[MeasuredExport]],
) -> tuple[list[MeasuredExport], Floats]:
    """All exports; a family with many counts by the root of their weight."""
    exports = [export for family in families for export in family]
    weight = [
        export.weight / np.sqrt(sum(other.weight for other in family))
        for family in families
        for export in family
    ]
    return exports, np.array(weight)


def expect_duplicates(export: MeasuredExport, parameters: PairParameters) -> float:
    """Expects how often a best candidate is a mate. In: what an export shows. Out: a probability."""
    log_odds = np.interp(export.mutual_share, MUTUAL_SHARES, parameters.mate_log_odds) + export.large_groups
    return float(sigmoid(np.asarray(log_odds)))
