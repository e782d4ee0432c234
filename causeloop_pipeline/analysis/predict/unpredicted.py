"""The patterns that could not be predicted, with the reason why."""

import polars as pl

from causeloop_pipeline.model.frames import PREDICTION_SCHEMA

NO_DATES = "no_dates"


def add_reasons(predictions: pl.DataFrame, impacts: pl.DataFrame, windows: tuple[int, ...]) -> pl.DataFrame:
    """Complete the rows: patterns that could not be predicted get the reason why.

    In: PREDICTIONS; frame(pattern_id, impact), a row for every pattern; windows in days. Out:
    PREDICTIONS, sorted by pattern and window.
    """
    predictions = predictions.select(PREDICTION_SCHEMA.names())
    if set(impacts["pattern_id"]) <= set(predictions["pattern_id"]):
        return predictions.sort("pattern_id", "window_days")
    unpredicted = impacts.join(predictions, on="pattern_id", how="anti")
    window_days = pl.DataFrame({"window_days": sorted(set(windows))}, schema={"window_days": pl.Int64})
    rows = unpredicted.join(window_days, how="cross").with_columns(pl.lit(NO_DATES).alias("reason"))
    missing_columns = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in PREDICTION_SCHEMA.items()
        if name not in rows.columns
    ]
    complete = rows.with_columns(missing_columns).select(PREDICTION_SCHEMA.names())
    return pl.concat([predictions, complete]).sort("pattern_id", "window_days")
