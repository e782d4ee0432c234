"""Metrics of a grouping row by row, which no single large group decides."""

import polars as pl


def score_bcubed(predicted: pl.Series, labels: pl.Series) -> dict[str, float]:
    """Scores the group of each row.

    In: two groupings of the same rows. Out: bcubed_precision, bcubed_recall, bcubed_f1 (Bagga and Baldwin,
    1998); 0 without rows.
    """
    cells = pl.DataFrame({"predicted": predicted, "label": labels}).select(
        (pl.len().over("predicted", "label") / pl.len().over("predicted")).alias("precision"),
        (pl.len().over("predicted", "label") / pl.len().over("label")).alias("recall"),
    )
    if cells.height == 0:
        return dict.fromkeys(("bcubed_precision", "bcubed_recall", "bcubed_f1"), 0.0)
    precision, recall = (float(cells[name].sum() / cells.height) for name in ("precision", "recall"))
    return {
        "bcubed_precision": precision,
        "bcubed_recall": recall,
        "bcubed_f1": 2 * precision * recall / (precision + recall),
    }
