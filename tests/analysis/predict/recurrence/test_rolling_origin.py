"""A walk through the past issues only what could have been said then, and learns from what has closed."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.ensemble import Record, empty_record
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import (
    HIGHEST,
    LOWEST,
    Issued,
    refit_moments,
    roll,
)
from causeloop_pipeline.analysis.predict.recurrence.samples import RecurrenceRows
from tests.support.recurrence_walk import NOW, WINDOWS, weekly_rows

MOMENTS = [NOW - 100 * DAY_MS, NOW - 50 * DAY_MS, NOW]


def walk(training: RecurrenceRows, asked: RecurrenceRows, **options: object) -> Issued:
    return roll(training, asked, MOMENTS, windows=WINDOWS, seed=0, **options)


@pytest.fixture(scope="module")
def issued() -> Issued:
    return walk(weekly_rows(), weekly_rows())


def test_every_asked_row_from_the_first_moment_on_is_issued_once(issued: Issued) -> None:
    rows = weekly_rows()
    wanted = rows.take(rows.origin >= MOMENTS[0])
    keys = [
        sorted(zip(part.owner.tolist(), part.origin.tolist(), part.window.tolist(), strict=True))
        for part in (wanted, issued.rows)
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[1])) == len(keys[1])


def test_probabilities_are_inside_their_limits_and_never_fall_with_the_window(issued: Issued) -> None:
    assert ((issued.probability >= LOWEST - 1e-9) & (issued.probability <= HIGHEST + 1e-9)).all()
    rows = issued.rows
    keys = zip(rows.owner.tolist(), rows.origin.tolist(), rows.window.tolist(), strict=True)
    by_key = dict(zip(keys, issued.probability.tolist(), strict=True))
    for (owner, origin, window), probability in by_key.items():
        if window == WINDOWS[0]:
            assert by_key[owner, origin, float(WINDOWS[1])] >= probability - 1e-9


def test_outcomes_after_the_last_moment_of_a_step_change_nothing_of_it(issued: Issued) -> None:
    """The opposite of every outcome that closed after a moment leaves what was issued until then as it is."""
    rows = weekly_rows()
    later = (rows.closes > MOMENTS[1]) & ~np.isnan(rows.happened)
    turned = replace(rows, happened=np.where(later, 1 - rows.happened, rows.happened))
    again = walk(turned, turned)
    first = issued.rows.origin < MOMENTS[1]
    second = (issued.rows.origin >= MOMENTS[1]) & (issued.rows.origin < MOMENTS[2])
    third = issued.rows.origin >= MOMENTS[2]
    assert np.array_equal(again.probability[first], issued.probability[first])
    assert np.array_equal(again.probability[second], issued.probability[second])
    assert not np.array_equal(again.probability[third], issued.probability[third])


def test_the_reference_learns_from_closed_windows_only(issued: Issued) -> None:
    rows = weekly_rows()
    later = (rows.closes > MOMENTS[0]) & ~np.isnan(rows.happened)
    turned = replace(rows, happened=np.where(later, 1 - rows.happened, rows.happened))
    first = issued.rows.origin < MOMENTS[1]
    assert np.array_equal(walk(turned, turned).reference[first], issued.reference[first])
    assert np.isfinite(issued.reference).all()


def test_the_same_seed_issues_the_same(issued: Issued) -> None:
    again = walk(weekly_rows(), weekly_rows())
    assert np.array_equal(again.probability, issued.probability)
    assert again.mixture == issued.mixture


def test_every_member_is_on_record_and_silent_ones_are_nan(issued: Issued) -> None:
    assert list(issued.record.said) == list(MEMBERS)
    assert all(len(said) == len(issued.rows.owner) for said in issued.record.said.values())
    nothing = weekly_rows().take(np.zeros(0, np.int64))
    untaught = walk(nothing, weekly_rows())
    assert np.isnan(untaught.record.said["ridge"]).all()
    assert np.isfinite(untaught.probability).all()


def test_learning_is_bounded(issued: Issued) -> None:
    few = walk(weekly_rows(), weekly_rows(), budget=200)
    assert len(few.probability) == len(issued.probability)
    assert not np.array_equal(few.probability, issued.probability)


def test_a_real_record_moves_the_weights() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1.5, 3000)
    happened = (rng.random(3000) < 1 / (1 + np.exp(-truth))).astype(float)
    origin = NOW - rng.integers(120, 600, 3000) * DAY_MS
    said = {name: np.zeros(3000) for name in MEMBERS} | {"dropout": truth}
    earlier = Record(said, truth, np.full(3000, 7.0), origin, origin + 7 * DAY_MS, happened)
    weights = walk(weekly_rows(), weekly_rows(), earlier=earlier).mixture.weights[7.0]
    plain = walk(weekly_rows(), weekly_rows(), earlier=empty_record()).mixture.weights[7.0]
    assert weights["dropout"] > 2 * plain["dropout"]


def test_rows_and_probabilities_have_one_length(issued: Issued) -> None:
    lengths = {len(getattr(issued.rows, field.name)) for field in fields(issued.rows)}
    assert lengths == {len(issued.probability)} == {len(issued.reference)}


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60), st.integers(1, 20))
def test_refits_are_few_apart_and_begin_with_the_first_origin(days: list[int], most: int) -> None:
    origins = np.array(days, dtype=np.int64) * DAY_MS
    moments = refit_moments(origins, most=most)
    assert moments[0] == origins.min()
    assert set(moments) <= set(origins.tolist())
    assert len(moments) <= most + 1
    assert all(later - earlier >= 28 * DAY_MS for earlier, later in pairwise(moments))
