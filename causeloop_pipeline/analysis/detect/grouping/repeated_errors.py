"""Errors that come again: one title, type and place, and one body but for numbers and addresses."""

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.masking import mask
from causeloop_pipeline.analysis.detect.fingerprints.text_kind import MIN_BODY_CHARACTERS

_BODY_CHARACTERS = 4_000


def name_errors(table: pl.DataFrame) -> pl.Series:
    """Names what an error has in common with the same error when it comes again.

    In: canonical issues with `kind`. Out: `error_key` per row, `error:…`; null where the body is short
    (titles alone are evidence then), and without an error type: what people write twice is not a program's.
    """
    rows = table.with_row_index("row").select("row", "kind", "title", "body", "service", "error_type")
    is_of_program = pl.col("error_type").is_not_null() & (pl.col("kind") == "human")
    errors = rows.filter(is_of_program & (pl.col("body").str.len_chars() > MIN_BODY_CHARACTERS))
    parts = [pl.col(name).fill_null("") for name in ("title", "service", "error_type")]
    error = pl.concat_str(parts, separator="\x1f").hash(1).cast(pl.String)
    bodies = mask(errors["body"].str.head(_BODY_CHARACTERS)).hash(2).cast(pl.String)
    keys = errors.select("row", ("error:" + error + bodies).alias("error_key"))
    return rows.join(keys, on="row", how="left", maintain_order="left")["error_key"]


def find_repeated_errors(table: pl.DataFrame) -> pl.Series:
    """The names of errors that more than one issue has. In: issues with `error_key`. Out: null elsewhere."""
    keys = table["error_key"]
    return pl.select(pl.when(keys.is_duplicated()).then(keys)).to_series()
