"""`patterns`: which issues share one root cause; new issues join at once, all are grouped again at night."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.charts import draw_bar_chart
from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session


def draw_sizes(
    session: "Session", workspace_ids: Sequence[UUID], _as_of: datetime
) -> Mapping[str, dg.MetadataValue]:
    """How many issues the largest patterns of the run's workspaces hold."""
    from causeloop_pipeline.stages.patterns import read_largest_patterns

    sizes = read_largest_patterns(session, workspace_ids)
    if not sizes:
        return {}
    chart = draw_bar_chart("issues of the largest patterns", ["largest", f"rank {len(sizes)}"], sizes)
    return {"largest patterns": chart}


@stage_asset(
    "patterns",
    group="detect",
    description="Issues of one root cause, with lasting ids; what people link or unlink is obeyed.",
    deps=["fingerprints", ["core", "occurrence"]],
    kinds={"polars"},
    checks={
        "people_are_obeyed": "No pattern disobeys a link or unlink that a person made.",
        "unchanged_input_changes_nothing": "Grouped again from the same input, each issue keeps its pattern.",
    },
    chart=draw_sizes,
)
def patterns() -> StageFunction:
    """Group all issues of the workspace, or assign the new ones to the existing patterns."""
    from causeloop_pipeline.stages.patterns import run

    return run
