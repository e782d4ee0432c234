"""Prophet's linear growth with Laplace changepoints, solved exactly for all series of one date grid at once.

Given the noise s = σ² the MAP is a ridge plus lasso problem. With the splitting weight tied to s, the linear
step of ADMM has the same eigenvectors for every series, so an iteration is two small matrix products. σ² is
renewed from the residual as it goes.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints

CHANGEPOINT_PRIOR_SCALE = 0.05
NOISE_PRIOR_SCALE = 0.5
SPLIT = 50.0
RELAXATION = 1.7
MAX_ROUNDS = 100
STEPS_PER_ROUND = 20
TOLERANCE = 3e-6
CHUNK = 512
CLEAR_TREND = 0.02


def solve_noise_variance(residual: Floats, length: int | Ints) -> Floats:
    """Solve for the stationary σ² of Prophet's posterior: positive root s of T·s + s² / prior² = RSS.

    In: residual sums of squares, days. Out: one variance per series.
    """
    prior = 1.0 / NOISE_PRIOR_SCALE**2
    result: Floats = 2 * residual / (length + np.sqrt(length**2 + 4 * prior * residual))
    return result


@dataclass(frozen=True)
class SplitBasis:
    """Eigenbasis of the linear step: `basis` maps it to coefficients, `hinge` is its changepoint part."""

    basis: Floats
    eigen: Floats
    hinge: Floats
    length: int


def build_split_basis(past: Floats, ridge: Floats, hinges: slice) -> SplitBasis:
    """Diagonalise X'X against the prior precision plus the splitting weight on the changepoints.

    In: design (days x k), prior precision per column, where the changepoints stand. Out: SplitBasis.
    """
    weight = ridge.copy()
    weight[hinges] += SPLIT
    whiten = 1 / np.sqrt(weight)
    eigen, vectors = np.linalg.eigh((past * whiten).T @ (past * whiten))
    basis = whiten[:, None] * vectors
    return SplitBasis(basis, np.maximum(eigen, 0.0), np.ascontiguousarray(basis[hinges]), len(past))


def fit_changepoints(
    past: Floats, ridge: Floats, hinges: slice, projected: Floats, squares: Floats
) -> tuple[Floats, Floats]:
    """Fit the joint MAP of all coefficients and σ².

    In: design (days x k), prior precision per column (0 for the changepoints), where the changepoints stand,
    X'y per series (n x k) and y'y. Out: coefficients (n x k), σ²; NaN where the iteration did not settle. The
    posterior is not convex in sigma: series with a clear trend are solved from a small noise as well, and the
    better solution counts. Source: Boyd et al. (2011), ADMM, on the model of Taylor & Letham (2018).
    """
    split = build_split_basis(past, ridge, hinges)
    theta, variance, loss = _solve(split, past, ridge, hinges, projected, squares, 0.5)
    trending = np.flatnonzero(variance < CLEAR_TREND * squares / len(past))
    if len(trending):
        again = _solve(split, past, ridge, hinges, projected[trending], squares[trending], 1e-4)
        better = again[2] < loss[trending]
        theta[trending[better]], variance[trending[better]] = again[0][better], again[1][better]
    return theta, variance


def _solve(
    split: SplitBasis,
    past: Floats,
    ridge: Floats,
    hinges: slice,
    projected: Floats,
    squares: Floats,
    noise: float,
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, σ² and negative log posterior, from noise · y'y / T as the first σ²."""
    start = np.maximum(noise * squares / split.length, 1e-10)
    changes, variance = _changes(split, projected @ split.basis, squares, start)
    theta, variance, residual = _solve_rest(past, ridge, hinges, projected, squares, changes, variance)
    loss = 0.5 * split.length * np.log(variance) + residual / (2 * variance) + 0.5 * theta**2 @ ridge
    loss += np.abs(changes).sum(axis=1) / CHANGEPOINT_PRIOR_SCALE + variance / (2 * NOISE_PRIOR_SCALE**2)
    return theta, variance, loss


def _changes(split: SplitBasis, target: Floats, squares: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The sparse changepoints of every series; a series leaves the iteration as soon as it has settled, and
    its σ² is NaN if it never did.
    """
    size, count = len(squares), len(split.hinge)
    sparse, dual, moved = np.zeros((size, count)), np.zeros((size, count)), np.zeros(size)
    variance = variance.copy()
    unsettled: Ints = np.arange(size)
    for _ in range(MAX_ROUNDS):
        for start in range(0, len(unsettled), CHUNK):
            part = unsettled[start : start + CHUNK]
            sparse[part], dual[part], variance[part], moved[part] = _round(
                split, target[part], squares[part], variance[part], sparse[part], dual[part]
            )
        unsettled = unsettled[moved[unsettled] > TOLERANCE]
        if not len(unsettled):
            break
    variance[unsettled] = np.nan
    return sparse, variance


def _round(
    split: SplitBasis, target: Floats, squares: Floats, variance: Floats, sparse: Floats, dual: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Some ADMM steps; also how far the last one moved each series."""
    limit = 1 / (CHANGEPOINT_PRIOR_SCALE * SPLIT)
    moved = np.zeros(len(squares))
    for step in range(STEPS_PER_ROUND):
        noise = variance[:, None]
        weights = (target + (SPLIT * noise) * ((sparse - dual) @ split.hinge)) / (split.eigen + noise)
        if step % 5 == 0:
            residual = squares - np.einsum("ij,ij->i", weights, 2 * target - split.eigen * weights)
            variance = solve_noise_variance(np.maximum(residual, 1e-12), split.length)
        change = weights @ split.hinge.T
        shifted = RELAXATION * change + (1 - RELAXATION) * sparse + dual
        dual = np.minimum(np.maximum(shifted, -limit), limit)  # what np.clip does, at half its cost
        renewed = shifted - dual
        if step == STEPS_PER_ROUND - 1:
            moved = np.maximum(
                np.abs(renewed - sparse).max(axis=1, initial=0),
                np.abs(change - renewed).max(axis=1, initial=0),
            )
        sparse = renewed
    return sparse, dual, variance, moved


def _solve_rest(
    past: Floats,
    ridge: Floats,
    hinges: slice,
    projected: Floats,
    squares: Floats,
    changes: Floats,
    variance: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Slope, level and seasonality that are best for fixed changepoints, with σ² and the residual sum of
    squares.
    """
    free = np.ones(len(ridge), bool)
    free[hinges] = False
    gram = past.T @ past
    target = projected[:, free] - changes @ gram[hinges][:, free]
    left = squares - 2 * np.einsum("ij,ij->i", projected[:, hinges], changes)
    left += np.einsum("ij,ij->i", changes @ gram[hinges, hinges], changes)
    scale = 1 / np.sqrt(ridge[free])
    eigen, vectors = np.linalg.eigh(gram[np.ix_(free, free)] * scale[:, None] * scale)
    basis, eigen = scale[:, None] * vectors, np.maximum(eigen, 0.0)
    pull = target @ basis
    for _ in range(4):
        weights = pull / (eigen + variance[:, None])
        residual = np.maximum(left - np.einsum("ij,ij->i", weights, 2 * pull - eigen * weights), 1e-12)
        variance = solve_noise_variance(residual, len(past))
    theta = np.empty_like(projected)
    theta[:, free], theta[:, hinges] = (pull / (eigen + variance[:, None])) @ basis.T, changes
    return theta, variance, residual
