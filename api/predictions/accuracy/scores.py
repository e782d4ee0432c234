"""Scores graded predictions with the functions that the pipeline uses."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

LEDGER_COLUMNS = ("window_days", "model_version", "probability", "outcome", "model_probabilities")
SCORE_COLUMNS = ("n", "base_rate", "brier", "skill", "log_loss", "ece", "ece_noise")


def score_accuracy(ledger: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Scores overall, by window and model, and by model version; the reliability curve, also by window.

    Predictions that a claimed fix lowered are counted but not scored, like prevented ones: only their hits
    would remain.
    """
    import polars as pl

    from causeloop_pipeline.analysis.predict.calibration import measure_accuracy, select_graded
    from causeloop_pipeline.model.json_columns import decode_json
    from causeloop_pipeline.model.nested_columns import MODEL_PROBABILITIES

    schema = dict.fromkeys(LEDGER_COLUMNS, pl.String) | {"window_days": pl.Int64, "probability": pl.Float64}
    rows = [{name: row[name] for name in LEDGER_COLUMNS} for row in ledger if not row["in_view_of_a_fix"]]
    frame = pl.DataFrame(rows, schema=schema).with_columns(
        decode_json(pl.col("model_probabilities"), MODEL_PROBABILITIES)
    )
    scored = select_graded(frame)
    outcomes = Counter(row["outcome"] for row in ledger)
    return {
        "graded": len(ledger),
        "scored": len(scored),
        "hits": outcomes["hit"],
        "misses": outcomes["miss"],
        "prevented": outcomes["prevented"],
        "overruled": sum(row["overruled"] for row in ledger),
        **_score_overall(scored),
        "scores": measure_accuracy(frame).to_dicts(),
        "versions": [
            {"model_version": version, **_score_overall(scored.filter(model_version=version)), "n": count}
            for version, count in scored["model_version"].value_counts().sort("model_version").iter_rows()
        ],
        "reliability": _build_curve(scored),
        "reliability_by_window": [
            {"window_days": window, "reliability": _build_curve(scored.filter(window_days=window))}
            for window in scored["window_days"].unique().sort()
        ],
    }


def _score_overall(scored: "pl.DataFrame") -> dict[str, float | None]:
    """The scores of the displayed probabilities; null where none is graded."""
    from causeloop_pipeline.analysis.predict.calibration import ENSEMBLE, measure_accuracy

    names = SCORE_COLUMNS[1:]
    if scored.is_empty():
        return dict.fromkeys(names)
    import polars as pl

    predictions = scored.select("probability", "outcome", window_days=pl.lit(0))
    row = measure_accuracy(predictions).filter(model=ENSEMBLE).row(0, named=True)
    return {name: row[name] for name in names}


def _build_curve(scored: "pl.DataFrame") -> list[dict[str, Any]]:
    from causeloop_pipeline.analysis.predict.calibration import measure_reliability

    return [add_band_check(row) for row in measure_reliability(scored).to_dicts()] if len(scored) else []


def add_band_check(row: dict[str, Any]) -> dict[str, Any]:
    """A bin of the curve, with whether its observed frequency lies within the noise band."""
    return {**row, "within_band": row["band_low"] <= row["frequency"] <= row["band_high"]}
