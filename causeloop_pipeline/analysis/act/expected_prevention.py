"""How many recurrences a fix would prevent: those expected in 90 days, times the chance that it holds."""

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
_QUANTILES = 25

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
    """Recurrences expected without a fix, the chance that it holds, what it would prevent (80 % interval)."""

    recurrences: float
    hold: float
    expected: float
    low: float
    high: float
    proofs: int


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

    In: the patterns, and (held, not held, proofs) of the fix's type. Out: a Prevention. The interval takes in
    how well the rate is known (Gamma, one for each active day seen) and how surely such fixes hold (Beta).
    """
    held, lost, proofs = hold
    recurrences = math.fsum(estimate_recurrences(evidence) for evidence in group)
    shape = sum(evidence.active_days for evidence in group) + 0.5
    chance = held / (held + lost)
    expected = recurrences * chance
    low, high = (share * recurrences for share in _estimate_shares(shape, held, lost))
    return Prevention(recurrences, chance, expected, min(low, expected), max(high, expected), proofs)


@lru_cache(maxsize=10_000)
def _estimate_shares(shape: float, held: float, lost: float) -> tuple[float, float]:
    """The share of the expected recurrences that is prevented, at the ends of the interval."""
    import numpy as np
    from scipy.special import betaincinv, gammaincinv

    strata = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    counts = gammaincinv(shape, strata) / shape
    products = np.outer(counts, betaincinv(held, lost, strata)).ravel()
    low, high = np.quantile(products, (0.1, 0.9))
    return float(low), float(high)
