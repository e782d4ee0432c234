"""The models whose opinions are mixed: each is fitted on closed windows only and answers with log odds for
every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import (
    Dropout,
    SelfExciting,
    dropout_probability,
    excitation,
    fit_dropout,
    fit_self_exciting,
    logit,
    self_exciting_probability,
)
from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES
from causeloop_pipeline.analysis.predict.recurrence.local_learners import (
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
from causeloop_pipeline.analysis.predict.recurrence.samples import RecurrenceRows

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
SURE = 7.0  # log odds beyond which no member goes


@dataclass(frozen=True)
class ClosedForms:
    """The two closed forms whose few numbers are learned here."""

    self_exciting: SelfExciting
    dropout: Dropout


@dataclass(frozen=True)
class FittedMembers:
    """What windows closed before one moment teach; `trees` is None where there were too few."""

    forms: ClosedForms
    ridge: Ridge
    trees: Trees | None
    level: Floats
    reference: Reference


def fit_members(rows: RecurrenceRows, seed: int) -> FittedMembers | None:
    """Fit every member on rows whose windows have closed; None with too few rows or only one outcome: then
    the prior and what needs no learning speak alone.
    """
    happened = rows.happened
    if len(happened) < LEARNED_FROM_ROWS or happened.min() == happened.max():
        return None
    few = np.random.default_rng(seed).permutation(len(happened))[:CLOSED_FORM_ROWS]
    small = rows.take(np.sort(few))
    forms = ClosedForms(
        fit_self_exciting(_excitation(small), small.happened, small.weight), _fitted_dropout(small)
    )
    said = np.column_stack(list(_form_log_odds(forms, rows).values()))
    prior = rows.prior_linear, rows.prior_trees
    return FittedMembers(
        forms=forms,
        ridge=fit_ridge(rows.columns, *prior, said, happened, rows.weight),
        trees=fit_trees(_with_prior(rows), happened, rows.weight, seed),
        level=fit_level(rows.prior, happened, rows.weight),
        reference=fit_reference(rows.columns, happened, rows.weight),
    )


def _fitted_dropout(rows: RecurrenceRows) -> Dropout:
    few = slice(None, None, max(1, len(rows.owner) // DROPOUT_ROWS))
    return fit_dropout(rows.repeats[few], rows.last[few], rows.age[few])


def _with_prior(rows: RecurrenceRows) -> Floats:
    return np.column_stack([rows.columns, rows.prior_linear, rows.prior_trees])


def _excitation(rows: RecurrenceRows) -> Floats:
    return excitation(rows.decayed, rows.repeats + 1, rows.age, rows.window)


def _form_log_odds(forms: ClosedForms, rows: RecurrenceRows) -> dict[str, Floats]:
    excited = self_exciting_probability(forms.self_exciting, _excitation(rows))
    alive = dropout_probability(forms.dropout, rows.repeats, rows.last, rows.age, rows.window)
    return {
        "self_exciting": np.clip(logit(excited), -SURE, SURE),
        "dropout": np.clip(logit(alive), -SURE, SURE),
    }


def member_log_odds(fitted: FittedMembers | None, rows: RecurrenceRows) -> dict[str, Floats]:
    """Log odds of every member that has an opinion, one array per member in the order of MEMBERS."""
    said = {"prior": rows.prior, "prophet": rows.prophet}
    for half_life in (30, 120):
        said[f"gamma_poisson_{half_life}"] = rows.columns[:, FEATURES.index(f"logit_poisson_{half_life}")]
    if fitted is not None:
        said |= _learned_log_odds(fitted, rows)
    return {name: np.clip(said[name], -SURE, SURE) for name in MEMBERS if name in said}


def _learned_log_odds(fitted: FittedMembers, rows: RecurrenceRows) -> dict[str, Floats]:
    said = _form_log_odds(fitted.forms, rows)
    forms = np.column_stack(list(said.values()))
    said["ridge"] = ridge_log_odds(fitted.ridge, rows.columns, rows.prior_linear, rows.prior_trees, forms)
    if fitted.trees is not None:
        said["trees"] = tree_log_odds(fitted.trees, _with_prior(rows))
    said["prior_level"] = rows.prior + np.column_stack([np.ones(len(rows.prior)), rows.prior]) @ fitted.level
    said["recency_frequency"] = reference_log_odds(fitted.reference, rows.columns)
    return said
