"""The models fitted on a workspace's own past: a ridge on top of the pretrained prior, boosted trees, and a
plain reference model.

Rows are (pattern, forecast origin, window) with a 0/1 outcome; only rows whose window had closed may be given
to a fit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES

REFERENCE_FEATURES = ("log_recency", "log_events", "log_age", "days_90", "log_window")
WINDOW_PARTNERS = (
    "log_recency",
    "days_30",
    "days_180",
    "mean_log_gap",
    "gap_cv",
    "occupancy",
    "logit_poisson_30",
)
MIN_TREE_WEIGHT = 3000.0
QUANTILE_STEPS = 40
FORM_SPREAD = 0.4


def fit_logistic(
    design: Floats, outcome: Floats, weight: Floats, precision: Floats, offset: Floats, steps: int = 12
) -> Floats:
    """Fit a weighted logistic regression with Gaussian priors centred on zero (Newton's method, damped).

    In: design (rows x k), outcomes 0/1, row weights, prior precision per coefficient, log-odds offset per
    row. Out: k numbers. Source: MacKay's penalised iteratively reweighted least squares.
    """
    theta = np.zeros(design.shape[1])
    value = np.inf
    for _ in range(steps):
        score = offset + design @ theta
        probability = expit(score)
        current = float(weight @ (np.logaddexp(0, score) - outcome * score) + 0.5 * precision @ theta**2)
        if value - current < 1e-7 * (abs(current) + 1):
            break
        value = current
        curvature = weight * np.maximum(probability * (1 - probability), 1e-6)
        hessian = (design * curvature[:, None]).T @ design + np.diag(precision)
        gradient = design.T @ (weight * (probability - outcome)) + precision * theta
        theta = theta - _limit_step(np.linalg.solve(hessian, gradient))
    return theta


def _limit_step(step: npt.NDArray[np.floating[Any]]) -> Floats:
    return step.astype(np.float64) * min(1.0, 3.0 / (float(np.abs(step).max()) + 1e-12))


@dataclass(frozen=True)
class Scaler:
    """Mean and spread of feature columns."""

    mean: Floats
    scale: Floats

    def __call__(self, columns: Floats) -> Floats:
        """Columns in units of their own spread, cut at four."""
        result: Floats = np.clip((columns - self.mean) / self.scale, -4, 4)
        return result


def fit_scaler(columns: Floats) -> Scaler:
    """Measure mean and spread of columns.

    In: rows x columns. Out: Scaler.
    """
    return Scaler(columns.mean(axis=0), np.maximum(columns.std(axis=0), 1e-3))


@dataclass(frozen=True)
class Ridge:
    """The local correction of the prior: intercept, slope, balance of its two halves, how far to follow the
    closed forms, and small weights on every feature.
    """

    scaler: Scaler
    centre: float
    theta: Floats


def _ridge_design(
    columns: Floats, linear: Floats, trees: Floats, forms: Floats, scaler: Scaler, centre: float
) -> tuple[Floats, Floats]:
    prior = 0.5 * (linear + trees)
    scaled = scaler(columns)
    window = scaled[:, FEATURES.index("log_window")]
    partners = scaled[:, [FEATURES.index(name) for name in WINDOW_PARTNERS]] * window[:, None]
    shape = [np.ones(len(prior)), prior - centre, trees - linear, window, window**2]
    return np.column_stack([*shape, forms - prior[:, None], scaled, partners]), prior


def fit_ridge(
    columns: Floats, linear: Floats, trees: Floats, forms: Floats, outcome: Floats, weight: Floats
) -> Ridge:
    """Fit logit P = prior + c0 + c1 (prior - mean) + c2 (trees - linear) + (forms - prior)·v + x·w with tight
    Gaussian priors.

    In: features (rows x FEATURES), the prior's two log odds, log odds of closed forms fitted here (rows x any
    number), outcomes, row weights. Out: Ridge.
    """
    scaler = fit_scaler(columns)
    centre = float(np.average(0.5 * (linear + trees), weights=weight))
    design, prior = _ridge_design(columns, linear, trees, forms, scaler, centre)
    spread = np.full(design.shape[1], 0.05)
    shape = [3.0, 0.7, 0.5, 0.3, 0.2, *[FORM_SPREAD] * forms.shape[1]]
    spread[: len(shape)] = shape
    theta = fit_logistic(design, outcome, weight, 1 / spread**2, prior)
    return Ridge(scaler, centre, theta)


def predict_ridge_log_odds(
    model: Ridge, columns: Floats, linear: Floats, trees: Floats, forms: Floats
) -> Floats:
    """Log odds of the locally corrected prior.

    In: the model, and per row as `fit_ridge`. Out: one number per row.
    """
    design, prior = _ridge_design(columns, linear, trees, forms, model.scaler, model.centre)
    return prior + design @ model.theta


def fit_level(prior: Floats, outcome: Floats, weight: Floats) -> Floats:
    """Fit the intercept and slope that move the prior to this workspace's own frequency.

    In: log odds of the prior, outcomes, row weights. Out: intercept and slope, added to the prior.
    """
    design = np.column_stack([np.ones(len(prior)), prior])
    return fit_logistic(design, outcome, weight, np.array([1 / 9.0, 1 / 0.25]), prior)


@dataclass(frozen=True)
class Reference:
    """Plain logistic regression on recency and frequency: the model everything else must beat."""

    scaler: Scaler
    theta: Floats


def _reference_design(columns: Floats, scaler: Scaler) -> Floats:
    scaled = scaler(columns[:, [FEATURES.index(name) for name in REFERENCE_FEATURES]])
    return np.column_stack([np.ones(len(scaled)), scaled])


def fit_reference(columns: Floats, outcome: Floats, weight: Floats) -> Reference:
    """Fit the recency-frequency reference (nearly unpenalised maximum likelihood).

    In: features (rows x FEATURES), outcomes, row weights. Out: Reference.
    """
    scaler = fit_scaler(columns[:, [FEATURES.index(name) for name in REFERENCE_FEATURES]])
    design = _reference_design(columns, scaler)
    theta = fit_logistic(design, outcome, weight, np.full(design.shape[1], 0.01), np.zeros(len(design)))
    return Reference(scaler, theta)


def predict_reference_log_odds(model: Reference, columns: Floats) -> Floats:
    """Log odds of the reference.

    In: the model and features (rows x FEATURES). Out: one number per row.
    """
    return _reference_design(columns, model.scaler) @ model.theta


@dataclass(frozen=True)
class Trees:
    """Boosted trees (scikit-learn) on features cut into quantile steps; `edges` per feature."""

    edges: tuple[Floats, ...]
    model: Any


def _steps(columns: Floats, edges: tuple[Floats, ...]) -> npt.NDArray[np.float32]:
    by_column = np.ascontiguousarray(columns.T)
    steps = np.empty((len(edges), len(columns)), np.float32)
    for number, cuts in enumerate(edges):
        steps[number] = np.searchsorted(cuts, by_column[number])
    return np.ascontiguousarray(steps.T)


def fit_trees(columns: Floats, outcome: Floats, weight: Floats, seed: int) -> Trees | None:
    """Fit histogram gradient boosting on the features and the prior.

    In: columns, outcomes, row weights, a seed. Out: Trees, or None below the total weight they need.

    Features are cut into quantile steps first: scikit-learn's own weighted binning costs more than growing
    these trees.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    if weight.sum() < MIN_TREE_WEIGHT or outcome.min() == outcome.max():
        return None
    sample = columns[:: max(1, len(columns) // 4000)]
    quantiles = np.quantile(sample, np.linspace(0, 1, QUANTILE_STEPS + 1)[1:-1], axis=0).T
    edges = tuple(np.unique(cuts) for cuts in quantiles)
    model = HistGradientBoostingClassifier(
        max_iter=80,
        learning_rate=0.06,
        max_leaf_nodes=10,
        min_samples_leaf=60,
        l2_regularization=5.0,
        max_bins=QUANTILE_STEPS + 8,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):  # OpenMP threads wait for one another for longer than these trees take to grow
        return Trees(edges, model.fit(_steps(columns, edges), outcome, sample_weight=weight))


def predict_tree_log_odds(trees: Trees, columns: Floats) -> Floats:
    """Log odds of the boosted trees.

    In: the trees and their columns. Out: one number per row.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        result: Floats = np.asarray(trees.model.decision_function(_steps(columns, trees.edges)), dtype=float)
    return result
