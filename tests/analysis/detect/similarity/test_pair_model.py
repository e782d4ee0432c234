"""The merge threshold is the one whose groups have the best F1 to expect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.base_rate import CAREFUL_RATE, BaseRate
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel, choose_merge_threshold


def test_where_all_pairs_are_unlikely_the_threshold_is_lower_than_where_many_are_sure() -> None:
    unlikely = choose_merge_threshold(np.full(200, 0.05))
    sure = choose_merge_threshold(np.concatenate([np.full(100, 0.95), np.full(100, 0.01)]))
    assert unlikely == pytest.approx(0.07)
    assert sure == pytest.approx(0.3)


@given(st.lists(st.floats(0.0, 1.0), max_size=50))
def test_the_threshold_stays_in_its_bounds_whatever_the_order(raw: list[float]) -> None:
    threshold = choose_merge_threshold(np.array(raw, dtype=float))
    assert 0.07 <= threshold <= 0.3
    assert threshold == choose_merge_threshold(np.array(raw[::-1], dtype=float))


def test_an_unseen_source_gets_the_most_careful_rate_known() -> None:
    model = PairModel({"a": BaseRate(1.2, -3.0), "b": BaseRate(0.8, -6.0)})
    assert model.rate_of("new") == BaseRate(0.8, -6.0)
    assert PairModel().rate_of("new") == CAREFUL_RATE


def test_a_model_survives_being_stored() -> None:
    model = PairModel({"a": BaseRate(1.2, -3.0, 0.9)}, merge_threshold=0.2)
    assert PairModel.from_json(model.to_json()) == model
