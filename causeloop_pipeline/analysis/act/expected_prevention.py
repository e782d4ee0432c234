"""How many recurrences a fix would prevent: those expected in 90 days if it holds, else none."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from causeloop_pipeline.analysis.act.pattern_evidence import RECENT_DAYS, PatternEvidence
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.model.recommendation import HORIZON_DAYS, RecommendationType

SATURATED = 0.9
_PRIOR_DAYS = 30.0
COVERAGE = 0.8
NORMAL_REACH = 1.2816  # standard deviations on either side of the mean, with that coverage
DRIFT = 0.3
"""By which share a pattern's rate differs from its past one, beyond chance (coefficient of variation)."""

# Prior before any fix of the workspace was proven: worth ten fixes each, replaced by what proofs show.
HOLD_PRIOR: Mapping[str, tuple[float, float]] = {
    RecommendationType.CODE_FIX: (6.5, 3.5),
    RecommendationType.CONFIG_CHANGE: (6.0, 4.0),
    RecommendationType.PROCESS: (4.0, 6.0),
    RecommendationType.MONITORING: (2.5, 7.5),
}
_HELD = {verdict.value: verdict.share_held or 0.0 for verdict in FINAL_VERDICTS}


@dataclass(frozen=True, slots=True)
class Prevention:
    """What a fix prevents on average, and within which span in four of five cases.

    recurrences: expected without it; hold: the chance that it holds, as `proofs` fixes show; spread: the
    standard deviation of what it prevents.
    """

    recurrences: float
    hold: float
    expected: float
    low: float
    high: float
    proofs: int
    spread: float


def hold_chances(existing: pl.DataFrame | None) -> dict[str, tuple[float, float, int]]:
    """How often fixes of each type hold, as a Beta distribution.

    In: earlier recommendations: frame(type, verdict, …) or None. Out: type to (held, not held, proofs),
    the prior of HOLD_PRIOR plus one for each proven fix, half and half for one that helped in part.
    """
    chances = {kind: (held, lost, 0) for kind, (held, lost) in HOLD_PRIOR.items()}
    if existing is None or not {"type", "verdict"} <= set(existing.columns):
        return chances
    for kind, verdict in sorted(existing.select("type", "verdict").drop_nulls().iter_rows()):
        if kind in chances and verdict in _HELD:
            held, lost, count = chances[kind]
            chances[kind] = (held + _HELD[verdict], lost + 1 - _HELD[verdict], count + 1)
    return chances


def estimate_recurrences(evidence: PatternEvidence) -> float:
    """Active days expected in the next 90 days if nothing is done.

    Method: the hazard behind the predicted probability, -ln(1-p) / window; a probability above .9 cannot
    tell how often, so the recent rate counts if it is higher. A pattern that keeps turns has as many as are
    expected to be kept. Without a prediction nothing is expected.
    """
    if evidence.probability is None:
        return 0.0
    if evidence.expected_turns is not None:
        return evidence.expected_turns
    observed = min(evidence.observed_days, float(RECENT_DAYS))
    recent = evidence.recent_active_days / max(observed, _PRIOR_DAYS)
    chance = min(max(evidence.probability, 0.0), 0.999)
    hazard = -math.log1p(-chance) / evidence.window_days
    return HORIZON_DAYS * (max(hazard, recent) if chance > SATURATED else hazard)


def estimate_prevention(group: Sequence[PatternEvidence], hold: tuple[float, float, int]) -> Prevention:
    """Estimate what one fix of all these patterns would prevent, with its interval.

    In: the patterns, and (held, not held, proofs) of the fix's type. Out: a Prevention; see
    `predict_prevention`.
    """
    recurrences = math.fsum(estimate_recurrences(evidence) for evidence in group)
    return predict_prevention(recurrences, sum(evidence.active_days for evidence in group), hold)


def predict_prevention(recurrences: float, active_days: int, hold: tuple[float, float, int]) -> Prevention:
    """Predict what one fix prevents: everything if it holds, nothing if it does not.

    In: the active days expected in 90 days without a fix; the active days that this is known from; (held,
    not held, proofs) of the fix's type. Out: a Prevention. `expected` is the mean; low and high are the
    shortest span of whole recurrences with four fifths of the predictive distribution of this one fix: a fix
    that does not hold (by the mean of Beta(held, not held), the chance of the next one) prevents nothing;
    one that holds prevents what would have come, a Poisson count whose rate is known as Gamma by the active
    days seen and drifts, outbreaks included, by DRIFT. Calibrated and checked by `bench.advice.prevention`.
    Source: the negative binomial as a Gamma mixture of Poisson counts (Greenwood and Yule 1920).
    """
    held, lost, proofs = hold
    chance = held / (held + lost)
    shape = 1 / (1 / (active_days + 0.5) + DRIFT**2)
    expected = recurrences * chance
    low, high = _predict_span(round(recurrences, 2), shape, chance)
    squares = chance * (recurrences + recurrences**2 * (1 + 1 / shape))
    spread = math.sqrt(squares - expected**2)
    return Prevention(recurrences, chance, expected, low, max(high, math.ceil(expected)), proofs, spread)


def sum_prevention(gains: Sequence[Prevention]) -> tuple[float, float, float]:
    """What several fixes prevent together: the mean, and the ends of an 80 % interval.

    In: what each prevents. Out: recurrences. The fixes hold independently, so their variances add up (normal
    approximation of the sum).
    """
    expected = math.fsum(gain.expected for gain in gains)
    reach = NORMAL_REACH * math.hypot(*(gain.spread for gain in gains))
    return expected, max(0.0, expected - reach), expected + reach


@lru_cache(maxsize=10_000)
def _predict_span(mean: float, shape: float, chance: float) -> tuple[int, int]:
    """The shortest span with COVERAGE of what one fix prevents, in whole recurrences."""
    import numpy as np
    from scipy.special import gammaln, xlogy

    counts = np.arange(math.ceil(mean + 8 * math.sqrt(mean + mean**2 / shape)) + 2)
    ways = gammaln(counts + shape) - gammaln(shape) - gammaln(counts + 1)
    share = mean / (shape + mean)
    mass = chance * np.exp(ways + shape * math.log1p(-share) + xlogy(counts, share))
    mass[0] += 1 - chance
    until = np.cumsum(mass)
    before = until - mass
    highs = np.searchsorted(until, before + COVERAGE)
    lows = np.flatnonzero(highs < len(counts))
    low = int(lows[np.argmin(highs[lows] - lows)])
    high = int(highs[low])
    # Counts are whole: the span whose mass is nearer to four fifths, so that they hold it on average.
    shorter = until[high - 1] - before[low] if high > low else 0.0
    is_nearer = COVERAGE - shorter < until[high] - before[low] - COVERAGE
    return low, high - 1 if is_nearer else high
