"""How likely two members of a pattern share its cause, and what people's verdicts say about that number.

Verdicts move the shown confidence only, never the threshold that decides membership, and only if they would
have predicted verdicts that were held back better than the number did before.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats

ENOUGH_VERDICTS = 30
_FOLDS = 30  # of 30 verdicts, each is held back once
_CERTAIN = 1e-4
_SLOPE_SPREAD, _SHIFT_SPREAD = 2.5, 2.0

# the likelihood that two issues of one atom share their cause, by what makes it an atom
ATOM_LIKENESS = {"template": 0.985, "trace": 0.93, "text": 0.99, "burst": 0.45}
PERSON_LIKENESS = 0.95


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Shown log odds = slope * prior log odds + shift."""

    slope: float = 1.0
    shift: float = 0.0

    def apply(self, probability: Floats) -> Floats:
        """Prior probabilities → shown probabilities."""
        if self == Recalibration():
            return probability
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * _log_odds(probability) + self.shift))))


def recalibrate(prior: Floats, same: NDArray[np.bool_]) -> Recalibration:
    """What verdicts teach about confidence.

    In: for each verdict the confidence before, and whether people said "same cause". Out: the identity with
    fewer than 30 verdicts, or if the fit does not beat the prior in held-back log loss (30 folds). Platt
    scaling with priors ln slope ~ N(0, 2.5²), shift ~ N(0, 2²), fitted by L-BFGS-B. The order of
    verdicts does not matter.
    """
    if len(prior) < ENOUGH_VERDICTS:
        return Recalibration()
    order = np.lexsort((same, prior))
    x, y = _log_odds(prior[order]), same[order].astype(np.float64)
    fold = np.arange(len(x)) % _FOLDS
    held_back = np.empty(len(x))
    for part in range(_FOLDS):
        slope, shift = _fit(x[fold != part], y[fold != part])
        held_back[fold == part] = _losses(slope * x[fold == part] + shift, y[fold == part])
    if float(held_back.mean()) >= float(_losses(x, y).mean()):
        return Recalibration()
    return Recalibration(*_fit(x, y))


def _fit(x: Floats, y: Floats) -> tuple[float, float]:
    from scipy.optimize import minimize

    def loss(theta: Floats) -> tuple[float, Floats]:
        slope = float(np.exp(theta[0]))
        z = slope * x + theta[1]
        error = 1.0 / (1.0 + np.exp(-z)) - y
        prior = 0.5 * (theta[0] / _SLOPE_SPREAD) ** 2 + 0.5 * (theta[1] / _SHIFT_SPREAD) ** 2
        gradient = np.array(
            [
                float((error * x).sum()) * slope + theta[0] / _SLOPE_SPREAD**2,
                float(error.sum()) + theta[1] / _SHIFT_SPREAD**2,
            ]
        )
        return float(_losses(z, y).sum()) + prior, gradient

    found = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-3.0, 3.0), (-15.0, 15.0)]).x
    return round(float(np.exp(found[0])), 9), round(float(found[1]), 9)


def _losses(z: Floats, y: Floats) -> Floats:
    return np.asarray(np.logaddexp(0.0, z) - y * z)


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, _CERTAIN, 1.0 - _CERTAIN)
    return np.asarray(np.log(clipped / (1.0 - clipped)))


def atom_likeness(keys: Iterable[str]) -> Floats:
    """Per atom key (`kind:…`), how likely two of its issues share their cause."""
    return np.array([ATOM_LIKENESS[key.partition(":")[0]] for key in keys], dtype=np.float64)


def status_of(
    confidence: Floats, was_active: NDArray[np.bool_], threshold: float, margin: float
) -> list[str]:
    """emerging → active at the threshold; active → emerging only `margin` below it, so that a pattern does
    not flicker.
    """
    bar = np.where(was_active, threshold - margin, threshold)
    return ["active" if high else "emerging" for high in (confidence >= bar - 1e-12).tolist()]
