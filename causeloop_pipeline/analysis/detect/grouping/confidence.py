"""Confidence: how likely two members of a pattern share its cause, recalibrated by user feedback.

Verdicts move the displayed confidence only, never the threshold that decides membership, and only if they
predict held-back verdicts better than the confidence did before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats

MIN_VERDICTS = 30
_FOLDS = 30  # of 30 verdicts, each is held back once
_MIN_PROBABILITY = 1e-4
# The confidence is calibrated before: verdicts shift it little, or much where they insist.
_LOG_SLOPE_SPREAD, _SHIFT_SPREAD, _SHIFT_FREEDOM = 0.1, 0.3, 3.0

# the probability that two issues of one atom share their cause, by the kind of its key unless measured;
# time and place alone (a burst) never make more than a suggestion
ATOM_SIMILARITY = {
    "template": 0.99,
    "text": 0.99,
    "phrase": 0.6,
    "burst": 0.45,
    "storm": 0.9,
    "error": 0.9,  # of 131 pairs of equal title and body in nine trackers and exports, 117 have one cause
}
LINKED_SIMILARITY = 0.95  # of two issues that a user linked


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Displayed log odds = slope * prior log odds + shift."""

    slope: float = 1.0
    shift: float = 0.0

    def apply(self, probability: Floats) -> Floats:
        """Prior probabilities → displayed probabilities."""
        if self == Recalibration():
            return probability
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * _log_odds(probability) + self.shift))))

    def invert(self, displayed: float) -> float:
        """The prior probability that is displayed so."""
        if self == Recalibration() or displayed <= 0.0:
            return displayed
        log_odds = (float(_log_odds(np.array(displayed))) - self.shift) / self.slope
        return float(1.0 / (1.0 + np.exp(-log_odds)))


def recalibrate(prior: Floats, same: Bools) -> Recalibration:
    """Learns from verdicts how the displayed confidence must change.

    In: for each verdict the confidence before, and whether both have one cause. Out: the identity with
    fewer than 30 verdicts, or if the fit does not beat the prior in held-back log loss (30 folds). Method:
    Platt scaling (1999) with the priors ln slope ~ N(0, .1²) and shift ~ .3 t(3) (Student's t: near nothing
    unless verdicts insist), fitted by L-BFGS-B. The order of verdicts does not matter.
    """
    if len(prior) < MIN_VERDICTS:
        return Recalibration()
    order = np.lexsort((same, prior))
    prior_log_odds, outcome = _log_odds(prior[order]), same[order].astype(np.float64)
    fold = np.arange(len(outcome)) % _FOLDS
    held_back_losses = np.empty(len(outcome))
    for number in range(_FOLDS):
        is_held_back = fold == number
        slope, shift = _fit(prior_log_odds[~is_held_back], outcome[~is_held_back])
        held_back_losses[is_held_back] = _log_losses(
            slope * prior_log_odds[is_held_back] + shift, outcome[is_held_back]
        )
    if float(held_back_losses.mean()) >= float(_log_losses(prior_log_odds, outcome).mean()):
        return Recalibration()
    return Recalibration(*_fit(prior_log_odds, outcome))


def _fit(prior_log_odds: Floats, outcome: Floats) -> tuple[float, float]:
    """Slope and shift, most likely a posteriori."""
    from scipy.optimize import minimize

    def loss_and_gradient(parameters: Floats) -> tuple[float, Floats]:
        log_slope, shift = parameters
        slope = float(np.exp(log_slope))
        log_odds = slope * prior_log_odds + shift
        error = 1.0 / (1.0 + np.exp(-log_odds)) - outcome
        tail = shift**2 + _SHIFT_FREEDOM * _SHIFT_SPREAD**2
        penalty = 0.5 * (log_slope / _LOG_SLOPE_SPREAD) ** 2 + 0.5 * (_SHIFT_FREEDOM + 1) * np.log(tail)
        gradient = np.array(
            [
                float((error * prior_log_odds).sum()) * slope + log_slope / _LOG_SLOPE_SPREAD**2,
                float(error.sum()) + (_SHIFT_FREEDOM + 1) * shift / tail,
            ]
        )
        return float(_log_losses(log_odds, outcome).sum()) + penalty, gradient

    bounds = [(-3.0, 3.0), (-15.0, 15.0)]
    fitted = minimize(loss_and_gradient, np.zeros(2), jac=True, method="L-BFGS-B", bounds=bounds).x
    return round(float(np.exp(fitted[0])), 9), round(float(fitted[1]), 9)


def _log_losses(log_odds: Floats, outcome: Floats) -> Floats:
    return np.asarray(np.logaddexp(0.0, log_odds) - outcome * log_odds)


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, _MIN_PROBABILITY, 1.0 - _MIN_PROBABILITY)
    return np.asarray(np.log(clipped / (1.0 - clipped)))


def find_atom_similarities(
    keys: Iterable[str], copy_similarity: float, measured: Mapping[str, float]
) -> Floats:
    """Looks up how likely two issues of one atom share their cause.

    In: atom keys (`kind:…`); what the workspace's own pairs say of copies of one stack trace; by key what was
    measured of templates and bursts. Out: a probability for each.
    """
    of_kind = {**ATOM_SIMILARITY, "copy": copy_similarity}
    similarities = [measured[key] if key in measured else of_kind[key.partition(":")[0]] for key in keys]
    return np.array(similarities, dtype=np.float64)


def decide_status(confidence: Floats, was_active: Bools, threshold: float, margin: float) -> list[str]:
    """Decides which patterns are active.

    In: per pattern its confidence and whether it was active; the threshold, and how far below it an active
    pattern must fall to become emerging again. Out: `active` or `emerging`. The margin keeps a pattern from
    changing its status back and forth.
    """
    own_threshold = np.where(was_active, threshold - margin, threshold)
    return ["active" if high else "emerging" for high in (confidence >= own_threshold - 1e-12).tolist()]
