"""The base models of the ensemble: each is fitted on closed windows and gives log odds for every sample."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import (
    ChurnModel,
    HawkesModel,
    churn_model_probability,
    fit_churn_model,
    fit_hawkes,
    hawkes_columns,
    hawkes_probability,
    logit,
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
    predict_reference_log_odds,
    predict_ridge_log_odds,
    predict_tree_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.samples import Samples

# by base model its weight in the ensemble before its losses count, where much is known; the names are stored
BASE_MODELS: Mapping[str, float] = {
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
# the same while little is known: what needs many windows counts less, the plain reference most
CAREFUL_WEIGHTS: Mapping[str, float] = {**BASE_MODELS, "recency_frequency": 0.50, "trees": 0.05}
MUCH_KNOWN_ROWS = 15_000.0  # closed windows
MIN_TRAINING_ROWS = 60
MAX_HAWKES_ROWS = 12_000
MAX_CHURN_ROWS = 3_000
MAX_LOG_ODDS = 7.0


@dataclass(frozen=True)
class ClosedForms:
    """The two closed forms whose few parameters are fitted here."""

    hawkes: HawkesModel
    churn: ChurnModel


@dataclass(frozen=True)
class FittedBaseModels:
    """The base models fitted on windows closed before one moment; `trees` is None with too few windows."""

    forms: ClosedForms
    ridge: Ridge
    trees: Trees | None
    level: Floats
    reference: Reference


def fit_base_models(samples: Samples, seed: int) -> FittedBaseModels | None:
    """Fit every base model on samples whose windows have closed.

    In: the samples and a seed. Out: the fitted models, or None with too few samples or only one outcome:
    then only the prior and the models that need no training predict.
    """
    outcome, weight = samples.outcome, samples.weight
    if len(outcome) < MIN_TRAINING_ROWS or outcome.min() == outcome.max():
        return None
    which = np.random.default_rng(seed).permutation(len(outcome))[:MAX_HAWKES_ROWS]
    few = samples.take(np.sort(which))
    forms = ClosedForms(fit_hawkes(_hawkes_columns(few), few.outcome, few.weight), _fit_churn_model(few))
    form_log_odds = np.column_stack(list(_form_log_odds(forms, samples).values()))
    prior = samples.prior_linear, samples.prior_trees
    return FittedBaseModels(
        forms=forms,
        ridge=fit_ridge(samples.columns, *prior, form_log_odds, outcome, weight),
        trees=fit_trees(_add_prior_columns(samples), outcome, weight, seed),
        level=fit_level(samples.prior, outcome, weight),
        reference=fit_reference(samples.columns, outcome, weight),
    )


def _fit_churn_model(samples: Samples) -> ChurnModel:
    few = slice(None, None, max(1, samples.size // MAX_CHURN_ROWS))
    return fit_churn_model(samples.repeats[few], samples.last[few], samples.age[few])


def _add_prior_columns(samples: Samples) -> Floats:
    return np.column_stack([samples.columns, samples.prior_linear, samples.prior_trees])


def _hawkes_columns(samples: Samples) -> Floats:
    return hawkes_columns(samples.decayed, samples.repeats + 1, samples.age, samples.window)


def _form_log_odds(forms: ClosedForms, samples: Samples) -> dict[str, Floats]:
    hawkes = hawkes_probability(forms.hawkes, _hawkes_columns(samples))
    churn = churn_model_probability(forms.churn, samples.repeats, samples.last, samples.age, samples.window)
    return {
        "self_exciting": np.clip(logit(hawkes), -MAX_LOG_ODDS, MAX_LOG_ODDS),
        "dropout": np.clip(logit(churn), -MAX_LOG_ODDS, MAX_LOG_ODDS),
    }


def predict_log_odds(fitted: FittedBaseModels | None, samples: Samples) -> dict[str, Floats]:
    """Predict the log odds of the samples by every base model that is available.

    In: the fitted models (None: only those that need no training) and the samples. Out: one array per base
    model in the order of BASE_MODELS, within ±7.
    """
    log_odds = {"prior": samples.prior, "prophet": samples.prophet}
    for half_life in (30, 120):
        column = FEATURES.index(f"logit_poisson_{half_life}")
        log_odds[f"gamma_poisson_{half_life}"] = samples.columns[:, column]
    if fitted is not None:
        log_odds |= _predict_fitted(fitted, samples)
    return {
        name: np.clip(log_odds[name], -MAX_LOG_ODDS, MAX_LOG_ODDS) for name in BASE_MODELS if name in log_odds
    }


def _predict_fitted(fitted: FittedBaseModels, samples: Samples) -> dict[str, Floats]:
    log_odds = _form_log_odds(fitted.forms, samples)
    forms = np.column_stack(list(log_odds.values()))
    prior = samples.prior
    log_odds["ridge"] = predict_ridge_log_odds(
        fitted.ridge, samples.columns, samples.prior_linear, samples.prior_trees, forms
    )
    if fitted.trees is not None:
        log_odds["trees"] = predict_tree_log_odds(fitted.trees, _add_prior_columns(samples))
    log_odds["prior_level"] = prior + np.column_stack([np.ones(len(prior)), prior]) @ fitted.level
    log_odds["recency_frequency"] = predict_reference_log_odds(fitted.reference, samples.columns)
    return log_odds
