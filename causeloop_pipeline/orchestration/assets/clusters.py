"""`clusters`: patterns that belong to one systemic problem, and the graph that shows why."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "clusters",
    group="detect",
    description="Patterns that share services, bursts or contributing factors, every edge with its reasons.",
    deps=["patterns", ["core", "change"]],
    kinds={"polars", "igraph"},
)
def clusters() -> StageFunction:
    """Cluster the workspace's patterns."""
    from causeloop_pipeline.stages.clusters import run

    return run
