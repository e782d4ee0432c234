"""Instants as days since 1970."""

import polars as pl


def count_days(moments: pl.Series) -> pl.Series:
    """Days since 1970, UTC, of instants: the same for the same instant.

    Polars itself divides a column of one row in another way than a longer one, so that two frames may
    differ in the last bit.
    """
    return pl.Series(moments.name, moments.dt.epoch("us").to_numpy() / 86_400_000_000, pl.Float64)
