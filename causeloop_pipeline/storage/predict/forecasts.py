"""Forecasts of the days ahead, of every pattern and of the whole workspace."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.binary_copy import (
    encode_double_arrays,
    encode_rows,
    encode_same_dates,
    encode_same_instant,
    encode_same_uuid,
    encode_uuids,
)
from causeloop_pipeline.storage.database.session import Session

ROWS_PER_COPY = 20_000

DELETE_REPLACED = """
delete from predict.forecast
where workspace_id = %(workspace_id)s and (pattern_id is null or pattern_id = any (%(pattern_ids)s::uuid[]))
"""


def replace_forecasts(
    session: Session, workspace_id: UUID, days: Sequence[date], curves: pl.DataFrame, computed_at: datetime
) -> None:
    """Replace the forecasts of some patterns and of the workspace; deleted patterns lose theirs by cascade.

    `curves` are frame(pattern_id, yhat, yhat_lower, yhat_upper) with an array of one number a day.
    """
    is_whole_workspace = pl.col("pattern_id").is_null()
    patterns = curves.filter(~is_whole_workspace)
    parameters = {"workspace_id": workspace_id, "pattern_ids": patterns["pattern_id"].to_list()}
    session.execute(DELETE_REPLACED, parameters)
    for rows in (curves.filter(is_whole_workspace), *patterns.iter_slices(ROWS_PER_COPY)):
        if rows.height:
            _append_forecasts(session, workspace_id, days, rows, computed_at)


def _append_forecasts(
    session: Session, workspace_id: UUID, days: Sequence[date], curves: pl.DataFrame, computed_at: datetime
) -> None:
    size = curves.height
    fields = [
        encode_same_uuid(workspace_id, size),
        encode_uuids(curves["pattern_id"].to_list()),
        encode_same_dates(days, size),
        *(encode_double_arrays(curves[name].to_numpy()) for name in ("yhat", "yhat_lower", "yhat_upper")),
        encode_same_instant(computed_at, size),
    ]
    session.execute(
        "create temporary table if not exists new_forecast (like predict.forecast) on commit drop"
    )
    session.execute("truncate new_forecast")
    columns = "workspace_id, pattern_id, days, yhat, yhat_lower, yhat_upper, computed_at"
    with session.connection.cursor().copy(
        f"copy new_forecast ({columns}) from stdin (format binary)"
    ) as copy:
        copy.write(encode_rows(fields))
    session.execute(f"insert into predict.forecast ({columns}) select {columns} from new_forecast")
