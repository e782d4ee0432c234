"""A workspace's own pairs say how common duplicates are in it."""

import numpy as np

from causeloop_pipeline.analysis.detect.similarity.base_rate import base_rate_from


def test_a_workspace_full_of_high_scores_has_a_higher_base_rate_than_one_of_strangers() -> None:
    generator = np.random.default_rng(5)
    strangers = generator.normal(-1.0, 1.0, 5_000)
    rates = [
        base_rate_from(np.concatenate([strangers, generator.normal(6.0, 1.0, count)]))
        for count in (0, 20, 200, 1_000)
    ]
    assert [rate.shown for rate in rates] == sorted(rate.shown for rate in rates)
    assert rates[0].shown < rates[-1].shown - 3.0
    assert all(rate.joining >= rate.shown for rate in rates)


def test_a_workspace_without_any_pair_gets_the_most_careful_base_rate() -> None:
    assert base_rate_from(np.empty(0)) == base_rate_from(np.full(50, -5.0))
