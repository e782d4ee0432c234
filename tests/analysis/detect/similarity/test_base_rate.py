"""How common duplicates are is read off the pairs of the workspace itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.base_rate import (
    CAREFUL_RATE,
    BaseRate,
    BestCandidates,
    estimate_base_rate,
    find_best_candidates,
    find_intercept,
    measure_trust,
    sigmoid,
)

SCORES = st.lists(st.floats(-12.0, 12.0), min_size=1, max_size=60).map(np.array)


def rate_of_pairs(texts: int, pairs: float, seed: int = 0) -> tuple[BaseRate, BestCandidates]:
    """The base rate of texts in a plane, a share of which have a mate right beside them."""
    generator = np.random.default_rng(seed)
    place = generator.random((texts, 2))
    pairs = int(texts * pairs / 2)
    place[pairs : 2 * pairs] = place[:pairs] + 1e-6
    left, right = np.triu_indices(texts, 1)
    score = -np.log(np.hypot(*(place[left] - place[right]).T) + 1e-3)
    best = find_best_candidates(left, right, score - 6.0, texts)
    return estimate_base_rate(best, np.ones(texts, dtype=bool)), best


def test_unrelated_texts_are_mutual_best_in_six_of_ten_cases_and_pairs_more_often() -> None:
    shares = [float(rate_of_pairs(400, pairs)[1].is_mutual.mean()) for pairs in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert shares[0] < 0.7
    assert shares[-1] > 0.95


def test_the_more_texts_have_a_mate_the_likelier_is_the_best_candidate() -> None:
    likely = []
    for pairs in (0.0, 0.5, 1.0):
        rate, best = rate_of_pairs(400, pairs)
        likely.append(float(rate.probability(best.best).mean()))
    assert likely == sorted(likely)
    assert likely[-1] > likely[0] + 0.3


def test_where_every_text_has_a_mate_the_best_candidate_is_taken_for_it() -> None:
    rate, best = rate_of_pairs(300, 1.0)
    assert rate.probability(best.best).mean() > 0.75


@pytest.mark.parametrize(("mutual", "is_likely"), [(0.6, True), (0.4, False)])
def test_texts_of_one_wording_are_not_a_large_group_unless_they_are_mutual_best(
    mutual: float, is_likely: bool
) -> None:
    texts = 200
    partner = np.arange(texts)[::-1].copy()
    partner[int(mutual * texts / 2) : texts // 2] = 0
    partner[texts // 2 : texts - int(mutual * texts / 2)] = 0
    alike = BestCandidates(partner, np.full(texts, 4.0), np.full(texts, 3.5), np.zeros(texts))
    assert alike.is_mutual.mean() == pytest.approx(mutual, abs=0.01)
    rate = estimate_base_rate(alike, np.ones(texts, dtype=bool))
    assert (rate.probability(np.array([4.0]))[0] > 0.5) == is_likely


def test_pairs_of_a_series_leave_as_many_duplicates_to_be_expected() -> None:
    centers = np.repeat(np.arange(0, 300, 5), 4)  # each of which four texts are most like: few are mutual
    leaves = np.setdiff1d(np.arange(300), centers)
    score = np.linspace(-3.0, 3.0, len(leaves))
    series = np.where(leaves % 5 == 1, -2.0, 0.0)
    everyone = np.ones(300, dtype=bool)
    without = estimate_base_rate(find_best_candidates(centers, leaves, score, 300), everyone)
    best = find_best_candidates(centers, leaves, score, 300, series)
    rate = estimate_base_rate(best, everyone)

    assert best.series[leaves].tolist() == series.tolist()
    assert rate.slope == without.slope
    assert measure_trust(rate.slope) == 1.0
    expected = sigmoid(rate.slope * best.best + rate.intercept + best.series).mean()
    assert expected == pytest.approx(without.probability(best.best).mean(), abs=0.003)
    assert rate.intercept > without.intercept


def test_a_source_of_few_texts_is_taken_to_be_like_other_trackers() -> None:
    best = find_best_candidates(np.array([0]), np.array([1]), np.array([1.0]), 2)
    rate = estimate_base_rate(best, np.ones(2, dtype=bool))
    assert rate.intercept == pytest.approx(CAREFUL_RATE.intercept, abs=0.3)


def test_where_pairs_are_rare_no_pair_is_sure() -> None:
    rate, _ = rate_of_pairs(300, 0.0)
    lone = find_best_candidates(np.array([0]), np.array([1]), np.array([9.0]), 300)
    careful = estimate_base_rate(lone, np.ones(300, dtype=bool))
    assert careful.probability(np.array([50.0]))[0] == CAREFUL_RATE.ceiling < 0.8
    assert rate.ceiling <= 1.0


@given(SCORES, st.floats(0.02, 0.95))
def test_the_intercept_gives_the_best_candidates_the_wanted_mean(best: np.ndarray, share: float) -> None:
    assert sigmoid(best + find_intercept(best, share)).mean() == pytest.approx(share, abs=1e-3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(-9, 9)), max_size=20))
def test_best_candidates_do_not_depend_on_the_order_of_pairs(raw: list[tuple[int, int, float]]) -> None:
    pairs = sorted({(min(a, b), max(a, b)): score for a, b, score in raw if a != b}.items())

    def best_of(rows: list[tuple[tuple[int, int], float]]) -> BestCandidates:
        left, right = (np.array([pair[side] for pair, _ in rows], dtype=np.int64) for side in (0, 1))
        return find_best_candidates(left, right, np.array([score for _, score in rows], dtype=float), 6)

    ours, theirs = best_of(pairs), best_of(pairs[::-1])
    assert ours.partner.tolist() == theirs.partner.tolist()
    assert np.array_equal(ours.best, theirs.best)
    assert not ours.is_mutual[ours.partner < 0].any()
