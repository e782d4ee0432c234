"""`outcomes`: grades predictions whose window has closed, and checks their calibration."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.charts import draw_reliability_diagram
from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import StageFunction

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session


def draw_reliability(
    session: "Session", workspace_ids: Sequence[UUID], as_of: datetime
) -> Mapping[str, dg.MetadataValue]:
    """The reliability diagram over all workspaces of the run: predicted against observed."""
    from causeloop_pipeline.stages.outcomes import read_reliability

    curve = read_reliability(session, workspace_ids, as_of)
    graded = 0 if curve.is_empty() else int(curve["n"].sum())
    count = {"graded predictions": dg.MetadataValue.int(graded)}
    if not graded:
        return count
    points = (curve[name].to_list() for name in ("mean_probability", "frequency", "band_low", "band_high"))
    title = f"reliability diagram, {graded} graded predictions"
    return {**count, "calibration": draw_reliability_diagram(title, *points)}


@stage_asset(
    "outcomes",
    group="predict",
    description="Hit, miss or prevented, decided once a window has closed; people may overrule it.",
    deps=["predictions"],
    kinds={"polars"},
    checks={"calibrated": "What is observed differs from what was predicted by no more than chance."},
    chart=draw_reliability,
)
def outcomes() -> StageFunction:
    """Grade the predictions whose window has closed, and check their calibration."""
    from causeloop_pipeline.stages.outcomes import run

    return run
