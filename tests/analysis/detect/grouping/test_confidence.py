"""Verdicts move the displayed confidence when they are many, agree, and predict held-back verdicts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration, decide_status, recalibrate
from causeloop_pipeline.analysis.evaluation.grouping_metrics import calibration_error


def test_fewer_than_thirty_verdicts_change_nothing() -> None:
    assert recalibrate(np.full(29, 0.9), np.zeros(29, dtype=bool)) == Recalibration()


def test_thirty_verdicts_correct_a_prior_that_was_far_off() -> None:
    generator = np.random.default_rng(7)
    truth = generator.uniform(0.02, 0.6, 400)
    prior = 1 / (1 + np.exp(-(np.log(truth / (1 - truth)) + 3.0)))
    same = generator.random(400) < truth
    learned = recalibrate(prior[:30], same[:30])
    assert calibration_error(prior, truth) > 0.3
    assert calibration_error(learned.apply(prior), truth) < 0.1


def test_verdicts_that_agree_with_the_prior_leave_it_nearly_alone() -> None:
    generator = np.random.default_rng(3)
    prior = generator.uniform(0.1, 0.95, 600)
    learned = recalibrate(prior, generator.random(600) < prior)
    assert np.abs(learned.apply(prior) - prior).max() < 0.08


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=30, max_size=60), st.randoms())
def test_the_order_of_verdicts_does_not_matter(verdicts: list[tuple[float, bool]], random: object) -> None:
    shuffled = list(verdicts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (
        recalibrate(np.array([v[0] for v in rows]), np.array([v[1] for v in rows]))
        for rows in (verdicts, shuffled)
    )
    assert first == second
    displayed = first.apply(np.array([0.0, 0.3, 0.7, 1.0]))
    assert (np.diff(displayed) >= 0).all()
    assert ((displayed >= 0) & (displayed <= 1)).all()


def test_a_pattern_does_not_flicker_between_emerging_and_active() -> None:
    confidence = np.array([0.62, 0.58, 0.58, 0.5])
    was_active = np.array([False, True, False, True])
    assert decide_status(confidence, was_active, 0.6, 0.05) == ["active", "active", "emerging", "emerging"]
