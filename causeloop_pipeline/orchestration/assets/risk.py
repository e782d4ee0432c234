"""`risk`: severity, recurrence, recency and breadth as a score from 0 to 100 for every issue and pattern."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "risk",
    group="predict",
    description="The risk score of every issue and pattern, by the one documented formula.",
    deps=["predictions"],
    kinds={"polars"},
)
def risk() -> StageFunction:
    """Score issues and patterns."""
    from causeloop_pipeline.stages.risk import run

    return run
