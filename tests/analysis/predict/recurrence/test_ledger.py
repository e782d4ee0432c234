"""What was really issued and graded becomes evidence; the rest says nothing."""

import json
from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import logit
from causeloop_pipeline.analysis.predict.recurrence.history import milliseconds
from causeloop_pipeline.analysis.predict.recurrence.ledger import ledger_record
from tests.support.recurring_failures import AS_OF

NOW = milliseconds(AS_OF)
SCHEMA = {
    "issued_at": pl.Datetime("us", "UTC"),
    "window_days": pl.Int64,
    "probability": pl.Float64,
    "model_probabilities": pl.String,
    "outcome": pl.String,
}


def ledger(*lines):
    """Rows of (days ago, window, probability, members or None, outcome)."""
    rows = [
        (AS_OF - timedelta(days=ago), window, said, None if members is None else json.dumps(members), outcome)
        for ago, window, said, members, outcome in lines
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_no_ledger_is_no_record():
    assert ledger_record(None, NOW) is None
    assert ledger_record(ledger(), NOW) is None


def test_hits_and_misses_are_told_apart():
    record = ledger_record(ledger((20, 7, 0.4, None, "hit"), (10, 7, 0.6, None, "miss")), NOW)
    assert record.happened.tolist() == [1.0, 0.0]
    assert record.origin.tolist() == [NOW - 20 * DAY_MS, NOW - 10 * DAY_MS]
    assert record.closes.tolist() == [NOW - 13 * DAY_MS, NOW - 3 * DAY_MS]


def test_prevented_ungraded_and_unsaid_predictions_say_nothing():
    lines = [(20, 7, 0.4, None, "prevented"), (20, 7, 0.4, None, None), (20, 7, None, None, "miss")]
    assert len(ledger_record(ledger(*lines), NOW).happened) == 0


def test_a_window_that_is_still_open_teaches_nothing_yet():
    record = ledger_record(ledger((3, 7, 0.4, None, "hit"), (7, 7, 0.4, None, "hit")), NOW)
    assert np.isnan(record.happened[1])
    assert record.happened[0] == 1.0


def test_members_speak_in_log_odds_and_silent_ones_not_at_all():
    record = ledger_record(ledger((20, 7, 0.4, {"ridge": 0.25}, "hit"), (20, 30, 0.4, {}, "hit")), NOW)
    assert set(record.said) == set(MEMBERS)
    assert record.said["ridge"][0] == logit(np.array([0.25]))[0]
    assert np.isnan(record.said["ridge"][1])
    assert np.isnan(record.said["trees"]).all()


def test_the_issued_probability_is_not_mixed_again():
    assert np.isnan(ledger_record(ledger((20, 7, 0.4, {"ridge": 0.25}, "hit")), NOW).mixed).all()


lines = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.sampled_from([7, 14, 30, 90]),
        st.one_of(st.none(), st.floats(0.002, 0.995)),
        st.one_of(st.none(), st.dictionaries(st.sampled_from(list(MEMBERS)), st.floats(0, 1), max_size=3)),
        st.sampled_from(["hit", "miss", "prevented", None]),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=50, deadline=None)
@given(lines=lines, seed=st.integers(0, 100))
def test_the_order_of_the_ledger_changes_nothing(lines, seed):
    frame = ledger(*lines)
    one, two = (
        ledger_record(rows, NOW) for rows in (frame, frame.sample(fraction=1, shuffle=True, seed=seed))
    )
    assert sorted(zip(one.origin, one.window, strict=True)) == sorted(
        zip(two.origin, two.window, strict=True)
    )
    for name in MEMBERS:
        assert np.array_equal(one.said[name], two.said[name], equal_nan=True)


@settings(max_examples=50, deadline=None)
@given(lines=lines)
def test_all_columns_are_equally_long_and_only_closed_windows_have_an_outcome(lines):
    record = ledger_record(ledger(*lines), NOW)
    graded = sum(said is not None and outcome in {"hit", "miss"} for _, _, said, _, outcome in lines)
    columns = [record.mixed, record.window, record.origin, record.closes, record.happened]
    assert {len(column) for column in [*columns, *record.said.values()]} == {graded}
    assert (np.isnan(record.happened) == (record.closes > NOW)).all()
