"""`outcomes`: what became of predictions whose window has closed, and whether they keep their word."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.assets.predictions import LEDGER_DAYS
from causeloop_pipeline.orchestration.charts import reliability_chart
from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session


def draw_reliability(session: "Session", workspace_ids: Sequence[UUID]) -> Mapping[str, dg.MetadataValue]:
    """What was said against what came, over all workspaces of the run."""
    from datetime import UTC, datetime

    import polars as pl

    from causeloop_pipeline.analysis.predict.calibration import reliability
    from causeloop_pipeline.storage.predict.predictions import read_ledger

    columns = pl.Schema({"probability": pl.Float64(), "outcome": pl.String()})
    since = datetime.now(UTC) - LEDGER_DAYS
    said = pl.concat([read_ledger(session, one, since, columns) for one in workspace_ids])
    curve = reliability(said)
    if curve.is_empty():
        return {"graded predictions": dg.MetadataValue.int(0)}
    points = (curve[name].to_list() for name in ("mean_probability", "frequency", "band_low", "band_high"))
    title = f"said against came, {curve['n'].sum()} graded predictions"
    return {
        "graded predictions": dg.MetadataValue.int(int(curve["n"].sum())),
        "calibration": reliability_chart(title, *points),
    }


@stage_asset(
    "outcomes",
    group="predict",
    description="Hit, miss or prevented, decided once a window has closed; people may overrule it.",
    deps=["predictions"],
    kinds={"polars"},
    checks={"calibrated": "What comes differs from what was said by no more than chance."},
    picture=draw_reliability,
)
def outcomes(step: Step) -> Counts:
    """Grade what can be graded, then look whether the workspace's predictions drift."""
    from causeloop_pipeline.analysis.predict.outcomes import grade_predictions
    from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import BLIND
    from causeloop_pipeline.model.frames import INSTANT, OCCURRENCE_SCHEMA
    from causeloop_pipeline.storage.act.recommendations import read_fixes
    from causeloop_pipeline.storage.core.issues import read_occurrences
    from causeloop_pipeline.storage.core.observation_gaps import read_blind_spans
    from causeloop_pipeline.storage.predict.predictions import append_outcomes, read_undecided

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    undecided = read_undecided(session, workspace_id, as_of)
    if undecided.is_empty():
        return {"graded": 0, "hits": 0, "prevented": 0}
    import polars as pl

    fixes = read_fixes(session, workspace_id, pl.Schema({"pattern_id": pl.String(), "fixed_at": INSTANT}))
    occurrences = read_occurrences(session, workspace_id, OCCURRENCE_SCHEMA)
    blind = read_blind_spans(session, workspace_id, as_of, BLIND)
    graded = grade_predictions(undecided, occurrences, fixes, as_of=as_of, blind=blind)
    append_outcomes(session, workspace_id, graded, as_of)
    _look_for_drift(step)
    counts = dict(graded["outcome"].value_counts().iter_rows())
    return {
        "graded": graded.height,
        "hits": counts.get("hit", 0),
        "prevented": counts.get("prevented", 0),
    }


def _look_for_drift(step: Step) -> None:
    import polars as pl

    from causeloop_pipeline.analysis.predict.calibration import calibration_drift
    from causeloop_pipeline.model.frames import INSTANT
    from causeloop_pipeline.storage.predict.predictions import read_ledger

    columns = pl.Schema(
        {
            "pattern_id": pl.String(),
            "issued_at": INSTANT,
            "window_days": pl.Int64(),
            "probability": pl.Float64(),
            "outcome": pl.String(),
        }
    )
    ledger = read_ledger(step.session, step.workspace_id, step.as_of - LEDGER_DAYS, columns)
    for row in calibration_drift(ledger).filter(pl.col("drifted")).iter_rows(named=True):
        step.remark(
            "calibrated",
            f"{row['window_days']} days: said {row['mean_probability']:.2f}, came {row['frequency']:.2f} "
            f"in {row['n']} predictions (p = {row['p_value']:.4f})",
        )
