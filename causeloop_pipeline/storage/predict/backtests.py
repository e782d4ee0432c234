"""The accuracy of simulated predictions on a workspace's past: one row, replaced by each training."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.model.prediction import NEAREST_WINDOW
from causeloop_pipeline.storage.database.session import Session

SELECT_HEADLINE_WINDOW = "select headline_window from predict.backtest where workspace_id = %s"


def read_headline_window(session: Session, workspace_id: UUID) -> int:
    """The window that is shown first and ranked by, in days."""
    row = session.row(SELECT_HEADLINE_WINDOW, (workspace_id,))
    return (row and row["headline_window"]) or NEAREST_WINDOW


def replace_backtest(
    session: Session, workspace_id: UUID, backtest: pl.DataFrame, model_version: str, computed_at: datetime
) -> None:
    """Replace the stored backtest; an empty frame deletes it."""
    rows = backtest.with_columns(
        workspace_id=pl.lit(str(workspace_id)),
        computed_at=pl.lit(computed_at).cast(INSTANT),
        model_version=pl.lit(model_version),
    )
    session.replace("predict.backtest", rows, workspace_id)
