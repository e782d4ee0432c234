"""Fits the weights that rank the changes before a failure.

Run `python -m bench.training.suspect_weights`. Prints the table that `triggers/suspect_changes.py` holds,
learned from failures whose change engineers named; families count alike, however many failures they have.
"""

import numpy as np
import polars as pl

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.predict.triggers.suspect_changes import fit_weights
from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import pair_failures_with_changes


def main() -> None:
    """Prints the weights."""
    incidents = pl.read_parquet(find_shared_file("data/changes/incidents.parquet"))
    released = pl.read_parquet(find_shared_file("data/changes/changes.parquet"))
    failures = _list_suspects(incidents, at="created_at", versions="affects_version")
    changes = _list_suspects(released, at="deployed_at", versions="fix_version")
    pairs = pair_failures_with_changes(failures, changes)
    truth = incidents["trigger_change"].gather(pairs.failure)
    is_true = np.asarray(truth == changes["id"].gather(pairs.change), dtype=bool)
    counts = incidents.select(pl.len().over("project")).to_series().to_numpy()
    balance = incidents.height / incidents["project"].n_unique() / counts
    weights = fit_weights(pairs, is_true, balance[pairs.failure])
    for name, value in weights.by_feature.items():
        print(f'        "{name}": {value:.2f},')
    print(f"    none={weights.none:.2f}")


def _list_suspects(source: pl.DataFrame, *, at: str, versions: str) -> pl.DataFrame:
    return source.select(
        "id",
        pl.col(at).alias("at"),
        "title",
        pl.col("description").alias("body"),
        pl.col("project").alias("place"),
        pl.col("component").alias("components"),
        pl.col(versions).alias("versions"),
    )


if __name__ == "__main__":
    main()
