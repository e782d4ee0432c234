"""Grades what predictions said against what came, by the same functions as the pipeline."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

LEDGER = ("window_days", "model_version", "probability", "outcome", "model_probabilities")
SCORES = ("n", "base_rate", "brier", "skill", "log_loss", "ece", "ece_noise")


def graded_accuracy(ledger: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Scores over all, by window and model, by model version; reliability with its band, also by window.

    What was said in view of a fix is counted but not scored, like what a fix prevented: of those, only hits
    would remain.
    """
    import polars as pl

    from causeloop_pipeline.analysis.predict.calibration import accuracy, graded_only

    kinds = dict.fromkeys(LEDGER, pl.String) | {"window_days": pl.Int64, "probability": pl.Float64}
    plain = [{name: row[name] for name in LEDGER} for row in ledger if not row["in_view_of_a_fix"]]
    frame = pl.DataFrame(plain, schema=kinds)
    scored = graded_only(frame)
    outcomes = Counter(row["outcome"] for row in ledger)
    return {
        "graded": len(ledger),
        "scored": len(scored),
        "hits": outcomes["hit"],
        "misses": outcomes["miss"],
        "prevented": outcomes["prevented"],
        "overruled": sum(row["overruled"] for row in ledger),
        **_overall(scored),
        "scores": accuracy(frame).to_dicts(),
        "versions": [
            {"model_version": version, **_overall(scored.filter(model_version=version)), "n": count}
            for version, count in scored["model_version"].value_counts().sort("model_version").iter_rows()
        ],
        "reliability": _curve(scored),
        "reliability_by_window": [
            {"window_days": window, "reliability": _curve(scored.filter(window_days=window))}
            for window in scored["window_days"].unique().sort()
        ],
    }


def _overall(scored: "pl.DataFrame") -> dict[str, float | None]:
    """The scores of the probabilities that were shown; without a graded one there are none."""
    from causeloop_pipeline.analysis.predict.calibration import MIXTURE, accuracy

    names = SCORES[1:]
    if scored.is_empty():
        return dict.fromkeys(names)
    import polars as pl

    together = scored.select("probability", "outcome", window_days=pl.lit(0))
    row = accuracy(together).filter(model=MIXTURE).row(0, named=True)
    return {name: row[name] for name in names}


def _curve(scored: "pl.DataFrame") -> list[dict[str, Any]]:
    from causeloop_pipeline.analysis.predict.calibration import reliability

    return [_with_verdict(row) for row in reliability(scored).to_dicts()] if len(scored) else []


def _with_verdict(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "within_band": row["band_low"] <= row["frequency"] <= row["band_high"]}
