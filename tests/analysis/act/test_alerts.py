"""An alert fires once a crossing."""

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.alerts import REARM_MARGIN, evaluate_alerts
from causeloop_pipeline.model.frames import ALERT_CANDIDATE_SCHEMA, ALERT_RULE_SCHEMA, ALERT_STATE_SCHEMA

PATTERN = "00000000-0000-0000-0000-00000000000a"


def rules(**changes: object) -> pl.DataFrame:
    rule = {"alert_rule_id": "r", "probability_threshold": 0.7, "window_days": 7, "snoozed": False, **changes}
    return pl.DataFrame([rule], schema=ALERT_RULE_SCHEMA)


def candidate(probability: float | None, service: str = "checkout", window_days: int = 7) -> pl.DataFrame:
    row = {
        "pattern_id": PATTERN,
        "window_days": window_days,
        "probability": probability,
        "service": service,
        "team": "payments",
    }
    return pl.DataFrame([row], schema=ALERT_CANDIDATE_SCHEMA)


def history(probabilities: list[float], sensitivity: str = "medium") -> list[bool]:
    """Which of a pattern's successive probabilities fire."""
    states, fired = pl.DataFrame(schema=ALERT_STATE_SCHEMA), []
    for probability in probabilities:
        decided = evaluate_alerts(rules(), candidate(probability), states, sensitivity=sensitivity)
        fired.append(bool(decided["fires"].any()))
        states = decided.select(list(ALERT_STATE_SCHEMA)) if decided.height else states
    return fired


def test_a_crossing_fires_once_and_again_only_after_a_clear_fall() -> None:
    assert history([0.5, 0.72, 0.80, 0.69, 0.71, 0.55, 0.71]) == [
        False,
        True,
        False,
        False,
        False,
        False,
        True,
    ]


def test_a_sensitive_workspace_is_armed_again_sooner() -> None:
    trembling = [0.75, 0.64, 0.75]

    assert history(trembling, "high") == [True, False, True]
    assert history(trembling, "low") == [True, False, False]


def test_a_snoozed_rule_tells_the_crossing_when_the_snooze_ends() -> None:
    none = pl.DataFrame(schema=ALERT_STATE_SCHEMA)

    snoozed = evaluate_alerts(rules(snoozed=True), candidate(0.9), none, sensitivity="medium")
    awake = evaluate_alerts(rules(), candidate(0.9), none, sensitivity="medium")

    assert not snoozed["fires"].any()
    assert awake["fires"].all()
    assert awake.height == 1


@pytest.mark.parametrize(
    ("scope", "fires"),
    [
        ({"service": "checkout"}, True),
        ({"service": "search"}, False),
        ({"team": "payments"}, True),
        ({}, True),
    ],
)
def test_a_rule_watches_only_its_scope(scope: dict[str, str], fires: bool) -> None:
    decided = evaluate_alerts(
        rules(**scope), candidate(0.9), pl.DataFrame(schema=ALERT_STATE_SCHEMA), sensitivity="medium"
    )

    assert bool(decided["fires"].any()) is fires


def test_a_pattern_without_a_probability_or_of_another_window_fires_nothing() -> None:
    none = pl.DataFrame(schema=ALERT_STATE_SCHEMA)

    assert evaluate_alerts(rules(), candidate(None), none, sensitivity="medium").is_empty()
    assert evaluate_alerts(rules(), candidate(0.9, window_days=30), none, sensitivity="medium").is_empty()


def test_an_unknown_sensitivity_is_refused() -> None:
    with pytest.raises(ValueError, match="low, medium, high"):
        evaluate_alerts(
            rules(), candidate(0.9), pl.DataFrame(schema=ALERT_STATE_SCHEMA), sensitivity="extreme"
        )


@given(st.lists(st.floats(0, 1), max_size=30), st.sampled_from(sorted(REARM_MARGIN)))
def test_between_two_alerts_the_probability_has_fallen_below_the_margin(
    probabilities: list[float], sensitivity: str
) -> None:
    fired = [place for place, fires in enumerate(history(probabilities, sensitivity)) if fires]

    for first, second in itertools.pairwise(fired):
        assert min(probabilities[first:second]) < 0.7 - REARM_MARGIN[sensitivity]
