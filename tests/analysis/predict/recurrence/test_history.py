"""A history counts what lies strictly before a moment, whatever the order of its rows."""

from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.history import (
    build_history,
    count_bursts,
    keep_occurrences,
    number_occurrences,
    number_patterns,
    recurs_within,
    select_eligible_pairs,
    to_milliseconds,
)
from causeloop_pipeline.model.frames import CATEGORIZED_OCCURRENCE_SCHEMA, OCCURRENCE_SCHEMA
from tests.support.recurring_failures import AS_OF, at, occurrences

NOW = to_milliseconds(AS_OF)
days = st.lists(st.floats(-40, 400), min_size=1, max_size=30)


@given(st.dictionaries(st.sampled_from("abc"), days, min_size=1), st.integers(0, 300))
def test_counts_before_a_moment_are_those_of_a_plain_count(past, back):
    history = build_history(occurrences(past), reference_time=AS_OF)
    moment = NOW - back * DAY_MS
    for number, name in enumerate(history.patterns):
        position = (
            history.events.position_before(np.array([number]), np.array([moment]))[0]
            - history.events.first[number]
        )
        assert position == sum(to_milliseconds(at(day)) < moment for day in past[name])


@given(
    st.dictionaries(st.sampled_from("abc"), days, min_size=1),
    st.integers(0, 300),
    st.sampled_from([1, 7, 30]),
)
def test_a_pattern_recurs_exactly_when_an_event_lies_in_the_half_open_window(past, back, window):
    history = build_history(occurrences(past), reference_time=AS_OF)
    start = NOW - back * DAY_MS
    pattern_idx = np.arange(history.size)
    recurs = recurs_within(history, pattern_idx, np.full(history.size, start), window)
    for number, name in enumerate(history.patterns):
        inside = [start <= to_milliseconds(at(day)) < start + window * DAY_MS for day in past[name]]
        assert recurs[number] == any(inside)


def test_an_event_at_the_origin_belongs_to_the_window_and_not_to_the_past():
    history = build_history(occurrences({"a": [10, 0]}), reference_time=AS_OF)
    pattern, now = np.array([0]), np.array([NOW])
    assert history.events.position_before(pattern, now)[0] == 1
    assert recurs_within(history, pattern, now, 7)[0]


def test_a_storm_is_one_active_day():
    storm = [5.2 + minute / 1440 for minute in range(200)]
    history = build_history(occurrences({"a": [40, *storm]}), reference_time=AS_OF)
    assert len(history.events.at) == 201
    assert len(history.days.at) == 2


def test_the_order_of_rows_does_not_matter():
    rows = occurrences({"b": [3, 9, 1], "a": [7, 2]})
    in_order, reversed_rows = (build_history(frame, reference_time=AS_OF) for frame in (rows, rows.reverse()))
    assert in_order.patterns.to_list() == reversed_rows.patterns.to_list()
    assert np.array_equal(in_order.events.at, reversed_rows.events.at)


def test_only_patterns_with_two_events_and_a_recent_one_are_eligible():
    history = build_history(
        occurrences({"once": [3], "old": [300, 290], "live": [50, 20]}), reference_time=AS_OF
    )
    pattern_idx, _ = select_eligible_pairs(history, np.array([NOW]))
    assert history.patterns.gather(pattern_idx).to_list() == ["live"]


def test_rows_without_pattern_or_instant_are_left_out():
    rows = pl.concat(
        [occurrences({"a": [3, 1]}), occurrences({"a": [2]}).with_columns(pattern_id=pl.lit(None, pl.String))]
    )
    assert len(build_history(rows, reference_time=AS_OF).events.at) == 2


def test_events_within_an_hour_of_one_another_are_one_burst():
    hours = {"a": [0, 0.5, 1.2, 2.5], "b": [0, 0.9, 1.8]}
    rows = occurrences({name: [5 - hour / 24 for hour in times] for name, times in hours.items()})

    assert count_bursts(build_history(rows, reference_time=AS_OF)).tolist() == [2, 1]


@given(st.lists(st.sampled_from(["", "a", "ab", "é", "z"]), max_size=20))
def test_ids_in_order_are_numbered_as_those_in_disorder(ids):
    ordered = sorted(ids)
    expected = [sorted(set(ids)).index(each) for each in ordered]
    for rows in (ordered, ordered[::-1]):
        patterns, number = number_patterns(pl.Series(rows, dtype=pl.String))
        assert patterns.to_list() == sorted(set(ids))
        assert number.tolist() == (expected if rows == ordered else expected[::-1])


def test_occurrences_are_numbered_by_pattern_time_and_service_in_local_time():
    named = occurrences({"b": [3, 0], "a": [2]})
    unnamed = occurrences({"b": [3]}).with_columns(service=pl.lit(None, pl.String))
    numbered = number_occurrences(pl.concat([unnamed, named]), AS_OF, "Asia/Kolkata")
    assert numbered.patterns.to_list() == ["a", "b"]
    assert numbered.rows.select("pattern_id", "number", "service").rows() == [
        ("a", 0, "checkout"),
        ("b", 1, "checkout"),
        ("b", 1, None),
    ]
    later = numbered.rows["local"] - numbered.rows["occurred_at"].dt.replace_time_zone(None)
    assert set(later.dt.total_minutes()) == {330}


ages = st.integers(min_value=1, max_value=5)
rows_of_occurrences = st.lists(
    st.tuples(st.sampled_from("abc"), ages, st.sampled_from(["checkout", "ledger", None])), max_size=20
)


@given(rows_of_occurrences, st.randoms(use_true_random=False), st.booleans())
def test_occurrences_are_numbered_alike_in_whatever_order_and_form_they_come(rows, chance, are_categories):
    def number(some):
        parts = [
            occurrences({name: [age]}).with_columns(service=pl.lit(service, pl.String))
            for name, age, service in some
        ]
        frame = pl.concat([OCCURRENCE_SCHEMA.to_frame(), *parts])
        schema = CATEGORIZED_OCCURRENCE_SCHEMA if are_categories else OCCURRENCE_SCHEMA
        return number_occurrences(frame.cast(schema), AS_OF, "UTC").rows

    expected = sorted(rows, key=lambda row: (row[0], -row[1], row[2] is None, row[2]))
    numbered = number(chance.sample(rows, len(rows)))
    assert numbered.select("pattern_id", "service").rows() == [
        (name, service) for name, _, service in expected
    ]
    assert numbered["occurred_at"].to_list() == [AS_OF - timedelta(days=age) for _, age, _ in expected]


def test_the_occurrences_of_some_patterns_are_numbered_from_zero_again():
    numbered = number_occurrences(occurrences({"a": [2], "b": [3, 1], "c": [4]}), AS_OF, "UTC")
    some = keep_occurrences(numbered, np.array([1, 2]))
    assert some.patterns.to_list() == ["b", "c"]
    assert some.rows.select("pattern_id", "number").rows() == [("b", 0), ("b", 0), ("c", 1)]
