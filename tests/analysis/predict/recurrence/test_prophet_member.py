"""Prophet as a base model: quiet days and windows follow from active days per weekday alone."""

from datetime import timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.prophet.batch import build_stock_model
from causeloop_pipeline.analysis.predict.recurrence.features import (
    build_pair_state,
)
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import build_history
from causeloop_pipeline.analysis.predict.recurrence.prophet_member import (
    predict_prophet_log_odds,
    quiet_day_log_probability,
)
from tests.support.recurring_failures import AS_OF, occurrences, workspace


def quiet_days_of(rows):
    history = build_history(rows, reference_time=AS_OF)
    pattern_idx = np.arange(history.size)
    state = build_pair_state(
        history, accumulate_gaps(history), pattern_idx, np.full(history.size, history.reference_time)
    )
    return history, state, quiet_day_log_probability(history, state)


def test_a_failure_of_every_seventh_day_is_expected_on_that_day():
    _, _, quiet = quiet_days_of(occurrences({"weekly": [7.0 * week - 2.5 for week in range(1, 13)]}))
    assert int(quiet[0].argmin()) == 2
    assert quiet[0, 2] < 20 * np.delete(quiet[0], 2).min() / 21


def test_silence_is_a_log_probability_inside_its_limits():
    _, _, quiet = quiet_days_of(workspace(30))
    assert quiet.shape == (30, 7)
    assert (quiet <= np.log1p(-0.0005)).all()
    assert (quiet >= np.log1p(-0.98)).all()


def test_the_chance_of_a_day_is_that_of_stock_prophet():
    days_ago = [float(day) - 0.5 for day in range(1, 57) if day % 7 in {1, 3} or day % 11 == 0]
    _, _, quiet = quiet_days_of(occurrences({"p": [*days_ago, 55.5]}))
    active = np.zeros(56)
    active[[56 - int(day + 0.5) for day in [*days_ago, 55.5]]] = 1
    start = (AS_OF - timedelta(days=56)).replace(tzinfo=None)
    model = build_stock_model("flat").fit(pd.DataFrame({"ds": pd.date_range(start, periods=56), "y": active}))
    ahead = pd.DataFrame({"ds": pd.date_range(AS_OF.replace(tzinfo=None), periods=7)})
    theirs = np.clip(model.predict(ahead)["yhat"].to_numpy(), 0.0005, 0.98)
    assert np.allclose(-np.expm1(quiet[0]), theirs, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), window=st.integers(1, 120))
def test_a_longer_window_is_never_less_likely(seed, window):
    _, state, quiet = quiet_days_of(workspace(8, days=150, seed=seed))
    shorter, longer = (predict_prophet_log_odds(state, quiet, days) for days in (window, window + 1))
    assert (longer >= shorter - 1e-12).all()
    assert np.isfinite(longer).all()


def test_patterns_that_fail_often_are_likelier():
    rows = {"often": [float(day) + 0.5 for day in range(60)], "rarely": [59.0, 31.0, 3.0]}
    _, state, quiet = quiet_days_of(occurrences(rows))
    log_odds = predict_prophet_log_odds(state, quiet, 7)
    assert log_odds[0] > log_odds[1] + 2


def test_no_pair_depends_on_the_pairs_beside_it():
    rows = workspace(12)
    _, state, quiet = quiet_days_of(rows)
    together = predict_prophet_log_odds(state, quiet, 30)
    for number, name in enumerate(["p000", "p005", "p011"]):
        _, alone, quiet_alone = quiet_days_of(rows.filter(pl.col("pattern_id") == name))
        assert predict_prophet_log_odds(alone, quiet_alone, 30)[0] == pytest.approx(
            together[[0, 5, 11][number]], abs=1e-9
        )
