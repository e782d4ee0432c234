"""The forecast of the days ahead, of every pattern and of the whole workspace."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.binary_copy import (
    copy_text,
    doubles_field,
    same_dates,
    same_instant,
    same_uuid,
    uuid_field,
)
from causeloop_pipeline.storage.database.session import Session

ROWS_AT_ONCE = 20_000


def replace_forecasts(
    session: Session, workspace_id: UUID, days: Sequence[date], curves: pl.DataFrame, computed_at: datetime
) -> None:
    """Make these the workspace's only forecasts: one row a pattern, and one without for the whole.

    `curves` are frame(pattern_id, yhat, yhat_lower, yhat_upper) with an array of a number a day.
    """
    session.execute("delete from predict.forecast where workspace_id = %s", (workspace_id,))
    whole = pl.col("pattern_id").is_null()
    for rows in (curves.filter(whole), *curves.filter(~whole).iter_slices(ROWS_AT_ONCE)):
        if rows.height:
            _append_forecasts(session, workspace_id, days, rows, computed_at)


def _append_forecasts(
    session: Session, workspace_id: UUID, days: Sequence[date], curves: pl.DataFrame, computed_at: datetime
) -> None:
    size = curves.height
    fields = [
        same_uuid(workspace_id, size),
        uuid_field(curves["pattern_id"].to_list()),
        same_dates(days, size),
        *(doubles_field(curves[name].to_numpy()) for name in ("yhat", "yhat_lower", "yhat_upper")),
        same_instant(computed_at, size),
    ]
    session.execute(
        "create temporary table if not exists new_forecast (like predict.forecast) on commit drop"
    )
    session.execute("truncate new_forecast")
    columns = "workspace_id, pattern_id, days, yhat, yhat_lower, yhat_upper, computed_at"
    with session.connection.cursor().copy(
        f"copy new_forecast ({columns}) from stdin (format binary)"
    ) as copy:
        copy.write(copy_text(fields))
    session.execute(f"insert into predict.forecast ({columns}) select {columns} from new_forecast")
