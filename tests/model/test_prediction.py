"""Probabilities as people read them."""

import pytest

from causeloop_pipeline.model.prediction import write_probability


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.83, "83 %"), (0.996, "> 99 %"), (1.0, "> 99 %")],
)
def test_no_probability_is_shown_as_certain(probability: float, text: str) -> None:
    assert write_probability(probability) == text
