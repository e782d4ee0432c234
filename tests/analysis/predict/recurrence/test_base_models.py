"""Each member learns from closed windows and answers for every row that it is asked."""

from dataclasses import replace

import numpy as np
import pytest

from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    LEARNED_FROM_ROWS,
    MEMBERS,
    FittedMembers,
    fit_members,
    member_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.samples import RecurrenceRows
from tests.support.recurrence_walk import weekly_rows

UNTAUGHT = {"prior", "gamma_poisson_30", "gamma_poisson_120", "prophet"}


def closed() -> RecurrenceRows:
    rows = weekly_rows()
    return rows.take(~np.isnan(rows.happened))


@pytest.fixture(scope="module")
def fitted() -> FittedMembers:
    learned = fit_members(closed(), seed=0)
    assert learned is not None
    return learned


def log_loss(log_odds: np.ndarray, happened: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, log_odds) - happened * log_odds))


def test_weights_to_start_from_are_shares_of_one() -> None:
    assert all(weight > 0 for weight in MEMBERS.values())
    assert sum(MEMBERS.values()) == pytest.approx(1, abs=0.1)


def test_every_member_that_is_weighed_answers_and_in_that_order(fitted: FittedMembers) -> None:
    said = member_log_odds(fitted, closed())
    heard = [name for name in MEMBERS if name in said]
    assert list(said) == heard
    assert set(said) <= set(MEMBERS)
    assert set(said) > UNTAUGHT


def test_every_answer_is_finite_and_none_is_certain(fitted: FittedMembers) -> None:
    rows = weekly_rows()
    for name, log_odds in member_log_odds(fitted, rows).items():
        assert log_odds.shape == rows.window.shape, name
        assert np.isfinite(log_odds).all(), name
        assert np.abs(log_odds).max() <= 7, name


def test_every_member_knows_more_than_the_base_rate_says(fitted: FittedMembers) -> None:
    rows = closed()
    base = rows.happened.mean()
    plain = log_loss(np.full(len(rows.owner), np.log(base / (1 - base))), rows.happened)
    losses = {name: log_loss(said, rows.happened) for name, said in member_log_odds(fitted, rows).items()}
    for name in ("ridge", "prior", "prior_level", "recency_frequency", "self_exciting"):
        assert losses[name] < plain, name
    assert losses["prior_level"] <= losses["prior"] + 1e-3
    assert losses["ridge"] <= losses["prior"] + 1e-3


def test_too_few_rows_teach_nothing() -> None:
    few = closed().take(np.arange(LEARNED_FROM_ROWS - 1))
    assert fit_members(few, seed=0) is None


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_rows_with_one_outcome_only_teach_nothing(outcome: float) -> None:
    rows = closed()
    assert fit_members(replace(rows, happened=np.full(len(rows.owner), outcome)), 0) is None


def test_without_anything_learned_the_closed_forms_and_the_prior_still_answer() -> None:
    rows = closed()
    said = member_log_odds(None, rows)
    assert set(said) == UNTAUGHT
    assert np.array_equal(said["prior"], np.clip(rows.prior, -7, 7))


def test_the_same_seed_learns_the_same() -> None:
    rows = closed()
    first, second = (member_log_odds(fit_members(rows, seed=5), rows) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_row_is_answered_the_same_alone_as_among_others(fitted: FittedMembers) -> None:
    rows = weekly_rows()
    every, few = member_log_odds(fitted, rows), member_log_odds(fitted, rows.take(np.arange(5)))
    for name in every:
        assert np.allclose(every[name][:5], few[name], atol=1e-9), name


def test_a_workspace_that_recurs_more_than_the_prior_thinks_raises_the_level() -> None:
    rows = closed()
    chance = expit(rows.prior + 1.5)
    happened = (np.random.default_rng(0).random(len(chance)) < chance).astype(float)
    said = member_log_odds(fit_members(replace(rows, happened=happened), 0), rows)
    assert np.mean(said["prior_level"] - said["prior"]) > 0.7
    assert np.mean(said["ridge"] - said["prior"]) > 0.5
