"""Closed-form models of recurrence: Gamma-Poisson rates with decay, BG/NBD customer dropout and Hawkes
bursts.

Each is exact under its own assumptions, cheap for any number of patterns, and a base model of the ensemble.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats

PRIOR_EVENTS = 0.5
PRIOR_DAYS = 15.0
HAWKES_HALF_LIVES = (1.0, 3.0, 7.0, 15.0, 30.0, 60.0, 120.0, 365.0)


def logit(probability: Floats) -> Floats:
    """Log odds, with probabilities kept inside [1e-4, 1 - 1e-4]."""
    inside = np.clip(probability, 1e-4, 1 - 1e-4)
    result: Floats = np.log(inside) - np.log1p(-inside)
    return result


def expit(log_odds: Floats) -> Floats:
    """Probability of log odds, without overflow."""
    result: Floats = 0.5 * (1.0 + np.tanh(0.5 * log_odds))
    return result


def gamma_poisson(decayed: Floats, age: Floats, half_life: float, window: float) -> Floats:
    """Probability of an event within `window` days under a Gamma-Poisson rate that decays with a half-life.

    In: decayed count of active days D, age in days T. P = 1 - (1 + h / (b + E))^-(a + D) with the exposure E
    = half_life / ln 2 · (1 - 2^(-T / half_life)). Source: conjugate negative binomial predictive
    distribution.
    """
    exposure = half_life / np.log(2.0) * -np.expm1(-np.log(2.0) * age / half_life)
    result: Floats = -np.expm1(-(PRIOR_EVENTS + decayed) * np.log1p(window / (PRIOR_DAYS + exposure)))
    return result


@dataclass(frozen=True)
class ChurnModel:
    """Fitted BG/NBD: Gamma(r, alpha) event rates and Beta(a, b) probabilities of ending after an event."""

    r: float
    alpha: float
    a: float
    b: float


def _churn_loss(logs: Floats, repeats: Floats, last: Floats, age: Floats) -> float:
    from scipy.special import betaln, gammaln

    r, alpha, a, b = np.exp(np.clip(logs, -6, 8))
    alive = betaln(a, b + repeats) - betaln(a, b) - (r + repeats) * np.log(alpha + age)
    dead = betaln(a + 1, b + repeats - 1 + 1e-9) - betaln(a, b) - (r + repeats) * np.log(alpha + last)
    common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    both = np.where(repeats > 0, np.logaddexp(alive, dead), alive)
    return float(-np.mean(common + both) + 0.001 * np.sum(np.square(logs)))


def fit_churn_model(repeats: Floats, last: Floats, age: Floats) -> ChurnModel:
    """Fit BG/NBD over patterns by maximum likelihood.

    In: repeat active days, days from the first to the last, days from the first to now, one entry per
    pattern. Out: ChurnModel. Source: Fader, Hardie & Lee, "Counting your customers the easy way" (2005).
    """
    from scipy.optimize import minimize

    start = np.log([1.0, 30.0, 1.0, 5.0])
    solution = minimize(
        _churn_loss, start, args=(repeats, last, age), method="L-BFGS-B", options={"maxiter": 40}
    )
    r, alpha, a, b = np.exp(np.clip(solution.x, -6, 8))
    return ChurnModel(float(r), float(alpha), float(a), float(b))


def churn_model_probability(
    model: ChurnModel, repeats: Floats, last: Floats, age: Floats, window: Floats
) -> Floats:
    """Probability that the pattern has not ended and has an event within `window` days.

    In: the model, and per row the arguments of `fit_churn_model` and the window in days. Out: one number per
    row.
    """
    odds_dead = (model.a / (model.b + np.maximum(repeats - 1, 0))) * np.exp(
        (model.r + repeats) * (np.log(model.alpha + age) - np.log(model.alpha + last))
    )
    alive = 1.0 / (1.0 + np.where(repeats > 0, odds_dead, 0.0))
    event = -np.expm1(-(model.r + repeats) * np.log1p(window / (model.alpha + age)))
    result: Floats = alive * event
    return result


@dataclass(frozen=True)
class HawkesModel:
    """Fitted Hawkes process: weights of the decayed counts, of the long-run rate and of a constant rate, and
    the shape of the negative binomial count.
    """

    weights: Floats
    shape: float


def hawkes_columns(decayed: Floats, days: Floats, age: Floats, window: Floats) -> Floats:
    """Columns whose weighted sum is the expected number of events within `window` days of a Hawkes process.

    In: decayed counts (rows x HAWKES_HALF_LIVES), active days so far, age in days, window per row. Out: rows
    x 10.
    """
    half_lives = np.array(HAWKES_HALF_LIVES)
    kernels = decayed * -np.expm1(-np.log(2.0) * window[:, None] / half_lives)
    return np.column_stack([kernels, days / np.maximum(age, 7.0) * window, window / 30.0])


def hawkes_probability(model: HawkesModel, columns: Floats) -> Floats:
    """P = 1 - (1 + Λ / k)^-k: exact, because no event can excite another before the first one.

    In: the model and `hawkes_columns`. Out: one number per row.
    """
    expected = columns @ model.weights
    result: Floats = -np.expm1(-model.shape * np.log1p(expected / model.shape))
    return result


def fit_hawkes(columns: Floats, outcome: Floats, row_weight: Floats) -> HawkesModel:
    """Fit non-negative weights by maximum likelihood of the 0/1 outcomes (L-BFGS-B with exact gradients).

    In: `hawkes_columns`, outcomes, row weights. Out: HawkesModel. Source: Hawkes (1971) with a sum of
    exponential kernels; the shape k makes the count negative binomial.
    """
    from scipy.optimize import minimize

    size = columns.shape[1]
    start = np.append(np.full(size, 0.1), np.log(2.0))
    scale = row_weight / row_weight.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        weights, shape = theta[:size], np.exp(theta[size])
        expected = columns @ weights + 1e-6
        log_quiet = -shape * np.log1p(expected / shape)
        event = np.maximum(-np.expm1(log_quiet), 1e-9)
        ratio = np.where(outcome > 0, -(1 - event) / event, 1.0) * scale
        slope = shape / (shape + expected)
        by_shape = np.log1p(expected / shape) - expected / (shape + expected)
        value = -np.sum(scale * np.where(outcome > 0, np.log(event), log_quiet))
        gradient = np.append(columns.T @ (ratio * slope), np.sum(ratio * by_shape) * shape)
        penalty = 1e-3 * (np.sum(weights) + (theta[size] - start[size]) ** 2)
        return float(value + penalty), gradient + 1e-3 * np.append(
            np.ones(size), 2 * (theta[size] - start[size])
        )

    limits = [(0.0, None)] * size + [(np.log(0.2), np.log(50.0))]
    solution = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 60})
    return HawkesModel(solution.x[:size], float(np.exp(solution.x[size])))
