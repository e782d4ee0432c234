"""`recommendations`: what to fix first, and what it would prevent; the last stage of the loop."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "recommendations",
    group="act",
    description="One ranked recommendation per pattern, or per cluster where one change fixes several.",
    deps=["clusters", "risk", "proofs"],
    kinds={"polars"},
    checks={"ranks_without_gaps": "Ranks run from 1 to n, without ties or gaps."},
)
def recommendations() -> StageFunction:
    """Rank the workspace's recommendations."""
    from causeloop_pipeline.stages.recommendations import run

    return run
