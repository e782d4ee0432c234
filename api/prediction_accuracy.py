"""Grades what predictions said against what came, by the same functions as the pipeline."""

from collections import Counter
from collections.abc import Sequence
from typing import Any


def graded_accuracy(ledger: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Scores by window and model, and the reliability curve with its noise band."""
    import polars as pl

    from causeloop_pipeline.analysis.calibration import accuracy, graded_only, reliability

    columns = {
        "window_days": pl.Int64,
        "probability": pl.Float64,
        "outcome": pl.String,
        "model_probabilities": pl.String,
    }
    frame = pl.DataFrame(list(ledger), schema=columns)
    scored = graded_only(frame)
    error = (scored["probability"] - scored["happened"]) ** 2
    outcomes = Counter(row["outcome"] for row in ledger)
    return {
        "graded": len(ledger),
        "hits": outcomes["hit"],
        "misses": outcomes["miss"],
        "prevented": outcomes["prevented"],
        "brier": error.mean(),
        "base_rate": scored["happened"].mean(),
        "scores": accuracy(frame).to_dicts() if len(scored) else [],
        "reliability": [_with_verdict(row) for row in reliability(frame).to_dicts()] if len(scored) else [],
    }


def _with_verdict(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "within_band": row["band_low"] <= row["frequency"] <= row["band_high"]}
