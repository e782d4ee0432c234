"""Predictions that were issued and graded become evidence; the rest is left out."""

from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import logit
from causeloop_pipeline.analysis.predict.recurrence.ensemble import PastForecasts
from causeloop_pipeline.analysis.predict.recurrence.history import to_milliseconds
from causeloop_pipeline.analysis.predict.recurrence.ledger import read_past_forecasts
from causeloop_pipeline.model.frames import LEDGER_SCHEMA
from tests.support.recurring_failures import AS_OF

NOW = to_milliseconds(AS_OF)


def ledger(*lines):
    """Rows of (days ago, window, probability, probabilities by model or None, outcome)."""
    rows = [
        (AS_OF - timedelta(days=ago), window, probability, by_model, outcome)
        for ago, window, probability, by_model, outcome in lines
    ]
    return pl.DataFrame(rows, schema=LEDGER_SCHEMA, orient="row")


def read(rows: pl.DataFrame) -> PastForecasts:
    past = read_past_forecasts(rows, NOW)
    assert past is not None
    return past


def test_without_a_ledger_there_are_no_past_forecasts():
    assert read_past_forecasts(None, NOW) is None
    assert read_past_forecasts(ledger(), NOW) is None


def test_a_hit_is_one_and_a_miss_is_zero():
    past = read(ledger((20, 7, 0.4, None, "hit"), (10, 7, 0.6, None, "miss")))
    assert past.outcome.tolist() == [1.0, 0.0]
    assert past.forecast_origin.tolist() == [NOW - 20 * DAY_MS, NOW - 10 * DAY_MS]
    assert past.window_end.tolist() == [NOW - 13 * DAY_MS, NOW - 3 * DAY_MS]


def test_predictions_prevented_ungraded_or_without_probability_are_left_out():
    lines = [(20, 7, 0.4, None, "prevented"), (20, 7, 0.4, None, None), (20, 7, None, None, "miss")]
    assert len(read(ledger(*lines)).outcome) == 0


def test_a_window_that_is_still_open_has_no_outcome_yet():
    past = read(ledger((3, 7, 0.4, None, "hit"), (7, 7, 0.4, None, "hit")))
    assert np.isnan(past.outcome[1])
    assert past.outcome[0] == 1.0


def test_base_models_have_log_odds_and_missing_ones_none():
    past = read(ledger((20, 7, 0.4, {"ridge": 0.25}, "hit"), (20, 30, 0.4, {}, "hit")))
    assert set(past.log_odds) == set(BASE_MODELS)
    assert past.log_odds["ridge"][0] == logit(np.array([0.25]))[0]
    assert np.isnan(past.log_odds["ridge"][1])
    assert np.isnan(past.log_odds["trees"]).all()


def test_the_issued_probability_is_not_read_as_combined_log_odds():
    assert np.isnan(read(ledger((20, 7, 0.4, {"ridge": 0.25}, "hit"))).combined).all()


lines = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.sampled_from([7, 14, 30, 90]),
        st.one_of(st.none(), st.floats(0.002, 0.995)),
        st.one_of(
            st.none(), st.dictionaries(st.sampled_from(list(BASE_MODELS)), st.floats(0, 1), max_size=3)
        ),
        st.sampled_from(["hit", "miss", "prevented", None]),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=50, deadline=None)
@given(lines=lines, seed=st.integers(0, 100))
def test_the_order_of_the_ledger_changes_nothing(lines, seed):
    frame = ledger(*lines)
    in_order, shuffled = (read(rows) for rows in (frame, frame.sample(fraction=1, shuffle=True, seed=seed)))
    assert sorted(zip(in_order.forecast_origin, in_order.window, strict=True)) == sorted(
        zip(shuffled.forecast_origin, shuffled.window, strict=True)
    )
    for name in BASE_MODELS:
        assert np.array_equal(in_order.log_odds[name], shuffled.log_odds[name], equal_nan=True)


@settings(max_examples=50, deadline=None)
@given(lines=lines)
def test_all_columns_are_equally_long_and_only_closed_windows_have_an_outcome(lines):
    past = read(ledger(*lines))
    graded = sum(p is not None and outcome in {"hit", "miss"} for _, _, p, _, outcome in lines)
    columns = [past.combined, past.window, past.forecast_origin, past.window_end, past.outcome]
    assert {len(column) for column in [*columns, *past.log_odds.values()]} == {graded}
    assert (np.isnan(past.outcome) == (past.window_end > NOW)).all()
