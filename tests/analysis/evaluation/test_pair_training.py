"""Base rates are fitted to what labelled sets, and exports that are made of them, show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.pair_parameters import MUTUAL_SHARES, SHIPPED
from causeloop_pipeline.analysis.evaluation.pair_training.base_rates import (
    SHARPNESS,
    MeasuredExport,
    fit_curve,
    fit_slopes,
)


def export(share: float, log_odds: float, *, groups: float = 0.0, slope: float = 1.0) -> MeasuredExport:
    return MeasuredExport(share, log_odds, groups, slope, weight=1.0, is_whole=False)


def read_table(share: float) -> float:
    return float(np.interp(share, MUTUAL_SHARES, SHIPPED.mate_log_odds))


def test_exports_that_follow_the_table_give_the_table() -> None:
    shares = np.linspace(0.49, 0.85, 60).tolist()
    fitted = fit_curve([[export(share, read_table(share)) for share in shares]])
    assert fitted == pytest.approx(SHIPPED.mate_log_odds, abs=0.2)


def test_an_export_of_large_groups_tells_nothing_of_pairs() -> None:
    others = [export(share, read_table(share)) for share in MUTUAL_SHARES]
    assert fit_curve([others, [export(0.6, 2.9, groups=5.0)]]) == fit_curve([others, []])


@given(st.lists(st.builds(export, st.floats(0.45, 0.95), st.floats(-5.0, 4.0)), min_size=1, max_size=12))
def test_more_mutual_candidates_never_mean_fewer_duplicates(exports: list[MeasuredExport]) -> None:
    fitted = fit_curve([exports])
    assert list(fitted) == sorted(fitted)


def test_scores_tell_less_where_duplicates_are_rare() -> None:
    rare = [export(0.5, -3.0, slope=0.7)] * 5
    common = [export(0.7, 1.0, slope=1.2)] * 5
    assert fit_slopes([rare, common]) == pytest.approx((0.7 * SHARPNESS[0], 1.2 * SHARPNESS[1]), abs=0.01)
