"""`fingerprints`: the features of each issue that failures of the same cause share."""

from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction


@stage_asset(
    "fingerprints",
    group="detect",
    description="Kind of text, template, stack signature and dimensions of each issue, redone if it changed.",
    deps=[["core", "issue"]],
    kinds={"polars"},
)
def fingerprints() -> StageFunction:
    """Fingerprint the new and changed issues, or all of them."""
    from causeloop_pipeline.stages.fingerprints import run

    return run
