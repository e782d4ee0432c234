"""`proofs`: whether each claimed fix held, and which patterns are resolved or have come back."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "proofs",
    group="act",
    description="Recurrences before and after each fix, with an interval; patterns resolved or reopened.",
    deps=["predictions"],
    kinds={"polars"},
)
def proofs() -> StageFunction:
    """Judge every claimed fix by what has recurred since."""
    from causeloop_pipeline.stages.proofs import run

    return run
