"""What is shown first is the window whose predictions tell most, the shortest of those that tell as much."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.headline_window import choose_headline_window, estimate_skill
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, WINDOWS


@pytest.mark.parametrize(
    ("skills", "expected"),
    [
        ({7: 0.12, 14: 0.10, 30: -0.10, 90: 0.0}, 7),  # nearly every pattern recurs within a month
        ({7: 0.02, 14: 0.10, 30: 0.30, 90: 0.31}, 30),  # hardly one does within a week
        ({7: 0.26, 14: 0.28, 30: 0.30, 90: 0.29}, 7),  # all tell as much
        ({7: -0.1, 14: -0.2, 30: float("nan"), 90: 0.0}, NEAREST_WINDOW),
        ({}, NEAREST_WINDOW),
    ],
)
def test_the_shortest_of_the_best_foretold_windows_is_chosen(skills: dict[int, float], expected: int) -> None:
    rows = [(days, 100, skill) for days, skill in skills.items()]
    scores = pl.DataFrame(
        rows, schema={"window_days": pl.Int64, "n": pl.Int64, "skill": pl.Float64}, orient="row"
    )
    assert choose_headline_window(scores) == expected


def test_a_window_with_few_graded_predictions_is_not_chosen() -> None:
    scores = pl.DataFrame({"window_days": [7, 30], "n": [60, 20], "skill": [0.05, 0.9]})
    assert choose_headline_window(scores) == 7


def test_only_a_window_that_is_predicted_is_chosen() -> None:
    scores = pl.DataFrame({"window_days": [7, 30], "n": [60, 60], "skill": [0.3, 0.3]})
    assert choose_headline_window(scores, (30, 90)) == 30
    assert choose_headline_window(scores.clear(), (30, 90)) == 30


def test_predictions_that_are_all_alike_are_estimated_to_tell_nothing() -> None:
    probabilities = [0.1, 0.9, 0.5] + [0.97] * 3
    predictions = pl.DataFrame({"window_days": [7] * 3 + [30] * 3, "probability": probabilities})
    skill = dict(estimate_skill(predictions).select("window_days", "skill").iter_rows())
    assert skill[7] > 0.4
    assert skill[30] == pytest.approx(0.0, abs=1e-6)
    assert set(skill) <= set(WINDOWS)
