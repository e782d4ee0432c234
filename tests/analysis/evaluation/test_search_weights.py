"""The weights of the search are fitted to what comes first in lists."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.pair_score import weigh_features
from causeloop_pipeline.analysis.detect.similarity.search_lists import SearchLists
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_searches import (
    SearchedTracker,
    search_tracker,
)
from causeloop_pipeline.analysis.evaluation.pair_training.search_weights import (
    SEARCH_FEATURES,
    fit_search_rate,
    fit_search_weights,
    measure_list_loss,
)
from tests.support.failure_texts import human_issues

LISTS, LENGTH = 60, 10


def draw_tracker(
    telling: str, *, mate_share: float = 0.1, duplicates: float = 1.0, seed: int = 0
) -> SearchedTracker:
    """Lists in which one feature tells the mate, and the others are noise."""
    generator = np.random.default_rng(seed)
    left = np.repeat(np.arange(LISTS), LENGTH)
    is_mate = (np.tile(np.arange(LENGTH), LISTS) == 3) & (left < duplicates * LISTS)
    features = {name: generator.normal(size=len(left)) for name in SEARCH_FEATURES}
    sign = -1.0 if telling in ("days_apart", "other_platform") else 1.0
    features[telling] = features[telling] + 3.0 * sign * is_mate
    features["cosine"] = np.zeros(len(left))
    lists = SearchLists(left, left + 1_000, features)
    holds_mate = np.isin(left, left[is_mate])
    return SearchedTracker(lists, is_mate, holds_mate, np.ones(len(left), dtype=bool), mate_share)


@pytest.mark.parametrize("telling", ["title_repeated", "days_apart", "other_platform"])
def test_what_puts_the_mate_first_has_the_most_weight(telling: str) -> None:
    weights = fit_search_weights([draw_tracker(telling)])
    assert max(weights, key=lambda name: abs(weights[name][0])) == telling


def test_a_feature_never_counts_against_what_it_means() -> None:
    turned = draw_tracker("title_repeated")
    turned.lists.features["title_repeated"] *= -1.0
    assert fit_search_weights([turned])["title_repeated"][0] == 0.0


def test_the_rate_says_how_many_of_the_found_are_duplicates() -> None:
    trackers = [draw_tracker("title_repeated", duplicates=0.5, seed=seed) for seed in range(3)]
    weights = fit_search_weights(trackers)
    slope, intercept = fit_search_rate(trackers, weights)
    log_odds = slope * weigh_features(trackers[0].lists.features, weights) + intercept
    expected = float((1.0 / (1.0 + np.exp(-log_odds))).mean())
    assert expected == pytest.approx(trackers[0].is_mate.mean(), abs=0.02)


def test_the_rate_is_that_of_trackers_in_which_few_have_a_mate() -> None:
    natural, export = (
        draw_tracker("title_repeated", duplicates=share, mate_share=share, seed=1) for share in (0.2, 1.0)
    )
    weights = fit_search_weights([natural, export])
    assert fit_search_rate([natural, export], weights) == fit_search_rate([natural], weights)


@given(st.integers(0, 1_000))
def test_the_gradient_of_the_loss_is_its_slope(seed: int) -> None:
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(12, 3))
    own = np.repeat(np.arange(3), 4)
    is_mate = np.arange(12) % 4 == generator.integers(0, 4)
    weights = generator.normal(size=3)
    _, gradient = measure_list_loss(features, is_mate, own, weights)
    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-6
        after, before = (
            measure_list_loss(features, is_mate, own, weights + sign * step)[0] for sign in (1, -1)
        )
        assert gradient[place] == pytest.approx((after - before) / 2e-6, abs=1e-4)


def test_lists_of_a_labelled_set_hold_its_duplicates() -> None:
    issues = canonical_issues(human_issues())
    labels = pl.Series("label", ["a", "a", "b", "b", *[None] * (issues.height - 4)], dtype=pl.String)
    searched = search_tracker(issues.with_columns(labels), seed=0)
    duplicates = {(int(a), int(b)) for a, b in zip(searched.lists.left, searched.lists.right, strict=True)}
    assert {(0, 1), (1, 0)} & duplicates
    assert searched.is_mate.sum() == len(duplicates & {(0, 1), (1, 0), (2, 3), (3, 2)})
    assert searched.mate_share == pytest.approx(4 / issues.height)
