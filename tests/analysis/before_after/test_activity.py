"""The activity of patterns before and after a fix, and that of the patterns without one as controls."""

from collections.abc import Sequence

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.before_after.activity import (
    ActivityHistory,
    Spillover,
    count_controls,
    find_active_days,
    find_observation_gaps,
    find_spillover,
    to_days,
)
from causeloop_pipeline.analysis.before_after.baseline import ObservationGaps
from causeloop_pipeline.model.frames import INSTANT
from tests.support.recurring_failures import AS_OF, at, occurrences

NOW = to_days(AS_OF)
NO_GAPS = ObservationGaps()


def fix_of(*pattern_ids: str) -> pl.DataFrame:
    return pl.DataFrame({"pattern_id": list(pattern_ids)}, schema={"pattern_id": pl.String})


def gaps_frame(rows: Sequence[tuple[object, ...]], *columns: str) -> pl.DataFrame:
    schema = {"started_at": INSTANT, "ended_at": INSTANT, **dict.fromkeys(columns, pl.String())}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_storm_is_one_active_day() -> None:
    assert find_active_days([1.1, 1.2, 1.9, 3.0, 3.5]) == [1.1, 3.0]


@given(st.lists(st.floats(0, 1000), max_size=50).map(sorted))
def test_active_days_are_the_distinct_days_in_order(times: list[float]) -> None:
    days = find_active_days(times)
    assert days == sorted(days)
    assert [int(day) for day in days] == sorted({int(time) for time in times})


def test_controls_are_the_patterns_without_a_fix() -> None:
    rows = occurrences({"fixed": [50, 40], "other": [60, 30, 10], "third": [20]})
    history = ActivityHistory.from_frames(rows, fix_of("fixed"))
    assert len(history.controls) == 4
    controls = count_controls(history, NOW - 25, NOW, NO_GAPS)
    assert (controls.before, controls.after) == (2, 2)
    assert (round(controls.days_before), round(controls.days_after)) == (35, 25)


def test_controls_in_observation_gaps_do_not_count() -> None:
    rows = occurrences({"fixed": [50, 40], "other": [60, 30, 10], "third": [20]})
    history = ActivityHistory.from_frames(rows, fix_of("fixed"))
    controls = count_controls(history, NOW - 25, NOW, ObservationGaps(((NOW - 22, NOW - 18),)))
    assert (controls.before, controls.after) == (2, 1)
    assert round(controls.days_after) == 21


def test_without_occurrences_there_are_no_controls() -> None:
    history = ActivityHistory.from_frames(occurrences({}), fix_of("fixed"))
    assert history.controls == []
    assert history.start == 0


def test_gaps_of_another_pattern_or_service_do_not_concern_a_pattern() -> None:
    history = ActivityHistory.from_frames(occurrences({"a": [50, 40]}, service="checkout"), fix_of())
    rows = [
        (at(30), at(20), "a", None),
        (at(10), at(5), None, "checkout"),
        (at(45), at(44), None, None),
        (at(90), at(80), "b", None),
        (at(70), at(60), None, "search"),
    ]
    gaps = find_observation_gaps(gaps_frame(rows, "pattern_id", "service"), "a", history)
    assert [(round(NOW - start), round(NOW - end)) for start, end in gaps.intervals] == [
        (45, 44),
        (30, 20),
        (10, 5),
    ]


def test_without_recorded_gaps_everything_was_observed() -> None:
    history = ActivityHistory.from_frames(occurrences({"a": [50]}), fix_of())
    assert find_observation_gaps(None, "a", history) == NO_GAPS
    assert find_observation_gaps(gaps_frame([]), "a", history) == NO_GAPS


def test_new_patterns_of_the_same_service_after_the_fix_are_spillover() -> None:
    new = {f"new{number}": [20.0 - number, 10.0 - number] for number in range(3)}
    rows = pl.concat([occurrences({"fixed": [170, 100], **new}), occurrences({"far": [15, 3]}, "search")])
    history = ActivityHistory.from_frames(rows, fix_of("fixed"))
    spillover = find_spillover("fixed", history, NOW - 30, NOW)
    assert (spillover.days, spillover.pattern_ids) == (6, ["new0", "new1", "new2"])


def test_a_pattern_that_began_soon_after_the_fix_is_spillover_however_long_ago_that_was() -> None:
    rows = occurrences({"fixed": [170, 130], "new": [118.0, 60.0, 20.0]})
    history = ActivityHistory.from_frames(rows, fix_of("fixed"))
    assert [find_spillover("fixed", history, NOW - 120, NOW - ago).days for ago in (59, 19, 0)] == [
        2,
        3,
        3,
    ]


def test_a_service_that_always_brings_forth_new_patterns_has_no_spillover() -> None:
    births = {f"p{day}": [float(day)] for day in range(5, 175, 10)}
    history = ActivityHistory.from_frames(occurrences({"fixed": [178], **births}), fix_of("fixed"))
    assert find_spillover("fixed", history, NOW - 30, NOW) == Spillover()


def test_a_pattern_without_a_service_has_no_spillover() -> None:
    rows = occurrences({"fixed": [50], "new": [5]}).with_columns(service=pl.lit(None, pl.String))
    history = ActivityHistory.from_frames(rows, fix_of("fixed"))
    assert find_spillover("fixed", history, NOW - 30, NOW) == Spillover()
