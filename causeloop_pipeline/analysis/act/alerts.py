"""Which alert rules fire: when a probability crosses the rule's threshold, once a crossing, not once a run.

A rule fires when a probability reaches its threshold and is armed again only when the probability has
fallen clearly below it (hysteresis), so that a value that varies around the threshold does not fire again.
The workspace's sensitivity sets how far it has to fall; it never changes the probability.
"""

import polars as pl

from causeloop_pipeline.model.notification import AlertSensitivity

REARM_MARGIN = {
    AlertSensitivity.LOW.value: 0.20,
    AlertSensitivity.MEDIUM.value: 0.10,
    AlertSensitivity.HIGH.value: 0.05,
}


def evaluate_alerts(
    rules: pl.DataFrame, candidates: pl.DataFrame, states: pl.DataFrame, *, sensitivity: str
) -> pl.DataFrame:
    """Decide which rules fire or are armed again.

    In: ALERT_RULE_SCHEMA; ALERT_CANDIDATE_SCHEMA, one row a pattern and window, with the pattern's main
    service and team; ALERT_STATE_SCHEMA, what was decided last; the workspace's sensitivity. Out:
    ALERT_STATE_SCHEMA with `probability` and `fires` (true at a crossing upwards) for every pair of rule and
    pattern that ever fired or fires now. A snoozed rule keeps its state and fires nothing, so that a crossing
    during the snooze fires when it ends. Raises ValueError for an unknown sensitivity. Method: Schmitt
    trigger.
    """
    if sensitivity not in REARM_MARGIN:
        raise ValueError(f"sensitivity is one of {', '.join(REARM_MARGIN)}, not {sensitivity!r}")
    pairs = _select_in_scope(rules, candidates).join(states, on=["alert_rule_id", "pattern_id"], how="left")
    was_firing = pl.col("firing").fill_null(value=False)
    reached = pl.col("probability") >= pl.col("probability_threshold")
    fallen = pl.col("probability") < pl.col("probability_threshold") - REARM_MARGIN[sensitivity]
    fires = reached & ~was_firing & ~pl.col("snoozed")
    firing = pl.when(fires).then(statement=True).when(fallen & ~pl.col("snoozed")).then(statement=False)
    decided = pairs.with_columns(
        fires=fires,
        firing=firing.otherwise(was_firing),
        crossings=pl.col("crossings").fill_null(0) + fires.cast(pl.Int64),
    )
    return (
        decided.filter(pl.col("crossings") > 0)
        .select("alert_rule_id", "pattern_id", "firing", "crossings", "probability", "fires")
        .sort("alert_rule_id", "pattern_id")
    )


def _select_in_scope(rules: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Every rule with the patterns it watches: an absent scope value watches all."""
    joined = rules.join(candidates, on="window_days", how="inner", suffix="_of_pattern")
    watched = [
        pl.col(name).is_null() | (pl.col(name) == pl.col(f"{name}_of_pattern"))
        for name in ("service", "team", "pattern_id")
    ]
    return (
        joined.filter(pl.col("probability").is_not_null(), *watched)
        .drop("pattern_id", "service", "team", "service_of_pattern", "team_of_pattern")
        .rename({"pattern_id_of_pattern": "pattern_id"})
    )
