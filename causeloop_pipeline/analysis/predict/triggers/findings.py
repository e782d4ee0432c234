"""Findings about what precedes a pattern: counts beyond chance, what chance gives, the p-value and a
sentence.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.binomial import compute_binomial_tail
from causeloop_pipeline.model.nested_columns import FINDING

MIN_COUNT = 3
SIGNIFICANCE = 0.01
# By the number of its pattern; only a fix, which is not a trigger, has a probability that it works.
FINDING_SCHEMA = pl.Schema(
    {"pattern": pl.UInt32}
    | {field.name: field.dtype for field in FINDING.fields if field.name != "probability_works"}
)
Row = dict[str, Any]


def select_beyond_chance(frame: pl.DataFrame) -> pl.DataFrame:
    """Select the rows whose counts are unlikely by chance.

    In: frame(count, of, chance, tests, …), tests being the number of comparisons made for the pattern. Out:
    the rows with p_value < .01 after Bonferroni's correction and at least three counts, with the expected
    count and the corrected p_value.
    """
    count, of, chance, tests = (
        frame[name].cast(pl.Float64).to_numpy() for name in ("count", "of", "chance", "tests")
    )
    tail = np.minimum(compute_binomial_tail(count, of, chance) * np.maximum(tests, 1.0), 1.0)
    selected = frame.with_columns(
        (pl.col("of") * pl.col("chance")).cast(pl.Float64).alias("expected"),
        pl.Series("p_value", tail, dtype=pl.Float64),
    ).filter((pl.col("p_value") < SIGNIFICANCE) & (pl.col("count") >= MIN_COUNT))
    return selected.with_columns(pl.col("count", "of").cast(pl.Int64))


def format_findings(selected: pl.DataFrame, kind: str, describe: Callable[[Row], str]) -> pl.DataFrame:
    """Write the sentence of each finding.

    In: `select_beyond_chance`, which leaves few rows; the kind; what writes a row's sentence. Out:
    FINDING_SCHEMA.
    """
    texts = [
        f"{describe(row)} ({_write_expected(row['expected'])} expected by chance)"
        for row in selected.iter_rows(named=True)
    ]
    findings = selected.with_columns(pl.lit(kind).alias("kind"), pl.Series("text", texts, dtype=pl.String))
    return findings.select(pl.col(name).cast(dtype) for name, dtype in FINDING_SCHEMA.items())


def _write_expected(count: float) -> str:
    """One decimal below ten: 0.4 and 1.4 differ to a reader, 50.4 and 51.4 do not."""
    return f"{count:.1f}" if count < 9.95 else f"{count:.0f}"
