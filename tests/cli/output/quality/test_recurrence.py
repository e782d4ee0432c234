"""The part on recurrence marks what is significant, and counts it."""

from causeloop_pipeline.cli.output.quality.recurrence import ScoredHistory, describe_recurrence

SCORE = {
    "window_days": 30,
    "n": 12_345,
    "base_rate": 0.25,
    "brier": 0.1,
    "reference_brier": 0.11,
    "brier_gain_low": 0.005,
    "brier_gain_high": 0.015,
    "skill": 0.3,
    "auc": 0.8,
    "reference_auc": 0.75,
    "ece": 0.01,
    "reference_ece": 0.02,
}


def test_each_window_stands_beside_the_reference_and_what_is_significant_is_bold_and_counted() -> None:
    undecided = {**SCORE, "window_days": 7, "brier_gain_low": -0.001}
    part = describe_recurrence([ScoredHistory("trains", SCORE), ScoredHistory("trains", undecided)])

    assert "| trains | 30 | 12,345 | .25 | .1000 / .1100 | **.0050 to .0150** |" in part
    assert "| .300 | .800 / .750 | .010 / .020 |" in part
    assert "| −.0010 to .0150 |" in part
    assert "Significantly better in 1 of these 2 cells, significantly worse in 0." in part
