"""What stands out before a pattern beyond chance: counts, what chance gives, how unlikely, and a sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats

LEAST_COUNT = 3
SIGNIFICANCE = 0.01
FINDINGS = pl.Schema(
    {
        "pattern": pl.UInt32,  # its number
        "kind": pl.String,
        "text": pl.String,
        "count": pl.Int64,
        "of": pl.Int64,
        "expected": pl.Float64,
        "p_value": pl.Float64,
    }
)
Row = dict[str, Any]


def binomial_tail(count: Floats, of: Floats, chance: Floats) -> Floats:
    """P(at least `count` of `of`) when each happens with probability `chance`."""
    from scipy.special import bdtrc

    tail: Floats = np.where(
        count > 0, bdtrc(np.maximum(count - 1, 0), of.astype(np.int64), np.clip(chance, 0, 1)), 1.0
    )
    return tail


def beyond_chance(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with count, of, chance and tests that are unlikely by chance; adds expected and the corrected
    p_value.
    """
    columns = [frame[name].cast(pl.Float64).to_numpy() for name in ("count", "of", "chance", "tests")]
    tail = np.minimum(binomial_tail(columns[0], columns[1], columns[2]) * np.maximum(columns[3], 1.0), 1.0)
    kept = frame.with_columns(
        (pl.col("of") * pl.col("chance")).cast(pl.Float64).alias("expected"),
        pl.Series("p_value", tail, dtype=pl.Float64),
    ).filter((pl.col("p_value") < SIGNIFICANCE) & (pl.col("count") >= LEAST_COUNT))
    return kept.with_columns(pl.col("count", "of").cast(pl.Int64))


def told_findings(found: pl.DataFrame, kind: str, text: Callable[[Row], str]) -> pl.DataFrame:
    """Findings with their sentence; only what stands out comes here, so a loop over the rows is cheap."""
    texts = [
        f"{text(row)} ({round(row['expected'], 1)} expected by chance)" for row in found.iter_rows(named=True)
    ]
    told = found.with_columns(pl.lit(kind).alias("kind"), pl.Series("text", texts, dtype=pl.String))
    return told.select(pl.col(name).cast(kind) for name, kind in FINDINGS.items())
