"""The accuracy of simulated predictions on a workspace's past: one row, replaced by each training."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.database.session import Session


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
