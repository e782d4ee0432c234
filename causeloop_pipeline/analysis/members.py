"""The models whose opinions are mixed: each is fitted on closed windows only and answers with log odds for
every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.closed_forms import (
    Dropout,
    SelfExciting,
    dropout_probability,
    excitation,
    fit_dropout,
    fit_self_exciting,
    logit,
    self_exciting_probability,
)
from causeloop_pipeline.analysis.local_learners import (
    Reference,
    Ridge,
    Trees,
    fit_level,
    fit_reference,
    fit_ridge,
    fit_trees,
    reference_log_odds,
    ridge_log_odds,
    tree_log_odds,
)
from causeloop_pipeline.analysis.recurrence_features import FEATURES
from causeloop_pipeline.analysis.recurrence_history import Floats
from causeloop_pipeline.analysis.recurrence_rows import RecurrenceRows

MEMBERS: Mapping[str, float] = {
    "ridge": 0.36,
    "trees": 0.20,
    "prior": 0.08,
    "prior_level": 0.08,
    "self_exciting": 0.08,
    "dropout": 0.05,
    "gamma_poisson_30": 0.05,
    "gamma_poisson_120": 0.05,
    "recency_frequency": 0.05,
    "prophet": 0.05,
}
LEARNED_FROM_ROWS = 60
CLOSED_FORM_ROWS = 12_000
DROPOUT_ROWS = 3_000


@dataclass(frozen=True)
class FittedMembers:
    """Everything learned from windows closed before one moment; None where there was too little to learn
    from.
    """

    ridge: Ridge | None
    trees: Trees | None
    level: Floats | None
    reference: Reference | None
    dropout: Dropout | None
    self_exciting: SelfExciting | None


NOTHING_LEARNED = FittedMembers(None, None, None, None, None, None)


def fit_members(rows: RecurrenceRows, seed: int) -> FittedMembers:
    """Fit every member on rows whose windows have closed; too few rows or only one outcome leaves the prior
    alone.
    """
    happened = rows.happened
    if len(happened) < LEARNED_FROM_ROWS or happened.min() == happened.max():
        return NOTHING_LEARNED
    few = np.random.default_rng(seed).permutation(len(happened))[:CLOSED_FORM_ROWS]
    small = rows.take(np.sort(few))
    return FittedMembers(
        ridge=fit_ridge(rows.columns, rows.prior_linear, rows.prior_trees, happened, rows.weight),
        trees=fit_trees(_with_prior(rows), happened, rows.weight, seed),
        level=fit_level(rows.prior, happened, rows.weight),
        reference=fit_reference(rows.columns, happened, rows.weight),
        dropout=_fitted_dropout(small),
        self_exciting=fit_self_exciting(_excitation(small), small.happened, small.weight),
    )


def _fitted_dropout(rows: RecurrenceRows) -> Dropout:
    few = slice(None, None, max(1, len(rows.owner) // DROPOUT_ROWS))
    return fit_dropout(rows.repeats[few], rows.last[few], rows.age[few])


def _with_prior(rows: RecurrenceRows) -> Floats:
    return np.column_stack([rows.columns, rows.prior_linear, rows.prior_trees])


def _excitation(rows: RecurrenceRows) -> Floats:
    return excitation(rows.decayed, rows.repeats + 1, rows.age, rows.window)


def member_log_odds(fitted: FittedMembers, rows: RecurrenceRows) -> dict[str, Floats]:
    """Log odds of every member that has an opinion, one array per member in the order of MEMBERS."""
    said: dict[str, Floats] = {}
    if fitted.ridge:
        said["ridge"] = ridge_log_odds(fitted.ridge, rows.columns, rows.prior_linear, rows.prior_trees)
    if fitted.trees is not None:
        said["trees"] = tree_log_odds(fitted.trees, _with_prior(rows))
    said["prior"] = rows.prior
    if fitted.level is not None:
        said["prior_level"] = (
            rows.prior + np.column_stack([np.ones(len(rows.prior)), rows.prior]) @ fitted.level
        )
    if fitted.self_exciting:
        said["self_exciting"] = logit(self_exciting_probability(fitted.self_exciting, _excitation(rows)))
    if fitted.dropout:
        said["dropout"] = logit(
            dropout_probability(fitted.dropout, rows.repeats, rows.last, rows.age, rows.window)
        )
    for half_life in (30, 120):
        said[f"gamma_poisson_{half_life}"] = rows.columns[:, FEATURES.index(f"logit_poisson_{half_life}")]
    if fitted.reference:
        said["recency_frequency"] = reference_log_odds(fitted.reference, rows.columns)
    said["prophet"] = rows.prophet
    return {name: np.clip(said[name], -7.0, 7.0) for name in MEMBERS if name in said}
