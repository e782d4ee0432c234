"""`alerts`: which alert rules fire; each crossing of a threshold is sent once, by the outbox."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "alerts",
    group="act",
    description="Rules whose threshold a probability has crossed; their messages wait in the outbox.",
    deps=["predictions"],
    kinds={"polars"},
)
def alerts() -> StageFunction:
    """Decide which rules fire after new predictions."""
    from causeloop_pipeline.stages.alerts import run

    return run
