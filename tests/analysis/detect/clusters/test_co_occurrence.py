"""Patterns co-occur when they share more active days than chance explains."""

import random

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.co_occurrence import (
    MAX_FALSE_DISCOVERY_RATE,
    OVERLAP_SCHEMA,
    find_overlapping_bursts,
)


def active_days(*days_of_pattern: list[int]) -> pl.DataFrame:
    rows = [(pattern, day) for pattern, days in enumerate(days_of_pattern) for day in days]
    return pl.DataFrame(rows, schema={"pattern": pl.Int64, "day": pl.Int64}, orient="row")


def random_days(seed: int, count: int = 12) -> list[int]:
    return random.Random(seed).sample(range(360), count)


def test_without_activity_or_with_one_pattern_there_is_no_pair() -> None:
    assert find_overlapping_bursts(active_days(), 0).schema == OVERLAP_SCHEMA
    assert find_overlapping_bursts(active_days([1, 2, 3]), 1).is_empty()


def test_a_pair_on_the_same_scattered_days_is_found_with_its_numbers() -> None:
    together = random_days(1)
    others = [random_days(seed) for seed in range(2, 22)]
    pairs = find_overlapping_bursts(active_days(together, together[:10], *others), 22)
    assert pairs.select("left", "right", "shared_days", "fewer_days").rows() == [(0, 1, 10, 10)]
    assert pairs["expected_days"][0] < 1
    assert pairs["q_value"][0] <= MAX_FALSE_DISCOVERY_RATE


def test_two_shared_days_are_too_few() -> None:
    others = [random_days(seed) for seed in range(2, 22)]
    assert find_overlapping_bursts(active_days([5, 300], [5, 300], *others), 22).is_empty()


def test_days_on_which_everything_fails_join_nothing() -> None:
    storm = list(range(100, 104))
    patterns = [[*storm, *random_days(seed, 3)] for seed in range(30)]
    assert find_overlapping_bursts(active_days(*patterns), 30).is_empty()


def test_only_the_last_730_days_count() -> None:
    old = [1, 40, 90, 130, 200, 260]
    others = [[1_500 + day for day in random_days(seed)] for seed in range(2, 22)]
    assert find_overlapping_bursts(active_days(old, old, *others), 22).is_empty()
