"""Rates before and after a fix: the baseline leaves out the last burst; gaps and clustering count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.before_after.baseline import (
    MIN_BASELINE_DAYS,
    POISSON,
    Baseline,
    Clustering,
    Controls,
    ObservationGaps,
    draw_calm,
    estimate_baseline,
    estimate_clustering,
    find_longest_quiet,
    pool_clustering,
)

NO_GAPS = ObservationGaps()
intervals = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=8)


def test_the_baseline_counts_the_active_days_before_the_fix() -> None:
    days = [float(day) for day in range(0, 180, 10)]
    before = estimate_baseline(days, 200.0, 0.0, NO_GAPS, POISSON)
    assert before.events == 16  # of the last 180 days
    assert before.days == 180


def test_the_burst_that_led_to_the_fix_is_left_out_of_the_baseline() -> None:
    usual = [float(day) for day in range(0, 160, 20)]
    burst = [170.0, 171.0, 172.0, 173.0]
    with_burst = estimate_baseline([*usual, *burst], 174.0, 0.0, NO_GAPS, POISSON)
    assert with_burst.events == len(usual)
    assert with_burst.days == 170


def test_a_burst_long_before_the_fix_stays_in_the_baseline() -> None:
    days = [0.0, 20.0, 40.0, 60.0, 61.0, 62.0]
    assert estimate_baseline(days, 100.0, 0.0, NO_GAPS, POISSON).events == len(days)


def test_without_active_days_there_is_no_baseline() -> None:
    nothing = Baseline((), 100.0, 100.0, 0.0, 1.0)
    assert estimate_baseline([], 100.0, 0.0, NO_GAPS, POISSON) == nothing
    assert estimate_baseline([150.0], 100.0, 0.0, NO_GAPS, POISSON) == nothing


def test_a_young_pattern_has_thirty_days_of_baseline_at_least() -> None:
    before = estimate_baseline([90.0, 95.0], 115.0, 0.0, NO_GAPS, POISSON)
    assert before.days == MIN_BASELINE_DAYS


def test_observation_gaps_are_left_out_of_the_baseline() -> None:
    days = [float(day) for day in range(0, 180, 10)]
    gaps = ObservationGaps.merge([(40.0, 60.0), (50.0, 70.0)])
    assert estimate_baseline(days, 200.0, 0.0, gaps, POISSON).days == 150


@given(intervals, st.floats(0, 100), st.floats(0, 100))
def test_merged_gaps_are_disjoint_sorted_and_as_long_as_their_union(
    spans: list[tuple[float, float]], first: float, second: float
) -> None:
    gaps = ObservationGaps.merge(spans)
    bounds = [bound for interval in gaps.intervals for bound in interval]
    assert bounds == sorted(bounds)
    start, end = min(first, second), max(first, second)
    assert 0 <= gaps.days_between(start, end) <= end - start + 1e-9
    middle = (start + end) / 2
    parts = gaps.days_between(start, middle) + gaps.days_between(middle, end)
    assert gaps.days_between(start, end) == pytest.approx(parts, abs=1e-9)


def test_evenly_spread_days_do_not_cluster_and_bursts_do() -> None:
    even = estimate_clustering([float(day) for day in range(0, 200, 10)])
    bursts = estimate_clustering([float(start + day) for start in range(0, 200, 40) for day in range(4)])
    assert even.dispersion == 0
    assert bursts.dispersion > 2
    assert estimate_clustering([1.0, 2.0]).gaps == 0


@given(st.floats(0, 50), st.floats(0, 200), st.floats(0, 50), st.floats(0, 200))
def test_a_shrunk_dispersion_is_never_below_that_of_chance(
    own: float, own_gaps: float, prior: float, prior_gaps: float
) -> None:
    shrunk = Clustering(own, own_gaps).shrink_to(Clustering(prior, prior_gaps))
    assert 1 <= shrunk <= max(own, prior, 1.0) + 1e-9


def test_an_empty_workspace_is_taken_to_be_poisson() -> None:
    assert pool_clustering([]) == POISSON


def test_many_patterns_outweigh_the_prior_of_the_workspace() -> None:
    bursts = [float(start + day) for start in range(0, 200, 40) for day in range(4)]
    few, many = pool_clustering([bursts]), pool_clustering([bursts] * 50)
    assert 1 < few.dispersion < many.dispersion
    assert many.dispersion == pytest.approx(estimate_clustering(bursts).dispersion, rel=0.05)


def test_the_longest_quiet_is_the_longest_stretch_with_as_few_days() -> None:
    days = [0.0, 10.0, 13.0, 40.0]
    assert find_longest_quiet(days, 2, NO_GAPS).tolist() == [27, 30, 40]
    assert find_longest_quiet(days, 0, ObservationGaps(((20.0, 30.0),))).tolist() == [17]
    assert find_longest_quiet([], 1, NO_GAPS).tolist() == [0, 0]


def test_a_workspace_that_became_quieter_is_calm_and_a_louder_one_is_not() -> None:
    quiet, same, loud = (
        draw_calm([Controls(200.0, 180.0, after, 60.0)], 1.0).mean() for after in (10.0, 67.0, 200.0)
    )
    assert quiet < 0.6 < same < loud <= 1
    assert same > 0.9


def test_few_controls_hardly_tell_that_a_workspace_became_quieter() -> None:
    assert draw_calm([Controls(3.0, 180.0, 0.0, 60.0)], 1.0).mean() > 0.8
