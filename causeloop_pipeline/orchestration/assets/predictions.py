"""`predictions`: how likely, when, where and why each pattern recurs; issued daily and on change."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "predictions",
    group="predict",
    description="Calibrated recurrence probabilities for each window, on record, and forecasts.",
    deps=["patterns", ["core", "change"]],
    kinds={"polars", "prophet"},
    checks={"every_pattern_answered": "A pattern has a probability, or the reason why it has none."},
)
def predictions() -> StageFunction:
    """Predict how likely every pattern is to recur."""
    from causeloop_pipeline.stages.predictions import run

    return run
