"""`recommendations`: what to fix first, and what to find out; the last stage of the loop."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "recommendations",
    group="act",
    description="Ranked fixes, one per pattern or cluster, and what to find out about other patterns.",
    deps=["clusters", "risk", "proofs"],
    kinds={"polars"},
    checks={"ranks_without_gaps": "Ranks run from 1 to n, without ties or gaps."},
)
def recommendations() -> StageFunction:
    """Rank the workspace's fixes, and say what is to be found out."""
    from causeloop_pipeline.stages.recommendations import run

    return run
