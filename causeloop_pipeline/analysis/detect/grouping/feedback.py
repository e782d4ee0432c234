"""What people's verdicts on pairs say about the confidence that the pairs were shown at."""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.agglomeration import Assembly, Masses
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration, atom_likeness, recalibrate

VERDICTS = pl.Schema({"left_issue_id": pl.String(), "right_issue_id": pl.String(), "same": pl.Boolean()})


def learn_from_verdicts(
    table: pl.DataFrame, assembly: Assembly, masses: Masses, verdicts: pl.DataFrame | None
) -> Recalibration:
    """In, canonical issues in groups, and verdicts (`VERDICTS`) or None; out, how shown confidence is to be
    corrected.

    Verdicts on issues that are not there, and on pairs that were never alike, say nothing about it.
    """
    if verdicts is None or verdicts.height == 0:
        return Recalibration()
    places = table.select("issue_id").with_row_index("row")
    found = (
        verdicts.select(VERDICTS.names())
        .drop_nulls()
        .join(places.rename({"issue_id": "left_issue_id", "row": "a"}), on="left_issue_id")
        .join(places.rename({"issue_id": "right_issue_id", "row": "b"}), on="right_issue_id")
    )
    a, b = (found[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    prior = verdict_priors(assembly, masses, a, b)
    known = ~np.isnan(prior)
    return recalibrate(prior[known], found["same"].to_numpy().astype(bool)[known])


def verdict_priors(assembly: Assembly, masses: Masses, a: Ints, b: Ints) -> Floats:
    """Per pair of rows: their pattern's confidence; if people took them apart, the pair's likeness; NaN if
    never alike.
    """
    cells, group = assembly.cells, assembly.group_of_row
    first, second = cells.cell_of_row[a], cells.cell_of_row[b]
    edges = assembly.edges
    asked = np.isin(edges.left, np.concatenate([first, second]))
    likely = {
        (min(x, y), max(x, y)): p
        for x, y, p in zip(edges.left[asked], edges.right[asked], edges.shown[asked], strict=True)
    }
    alike = [likely.get((min(x, y), max(x, y)), np.nan) for x, y in zip(first, second, strict=True)]
    keys = np.array(cells.key, dtype=object)
    same_atom = keys[first] == keys[second]
    apart = np.where(same_atom, atom_likeness(cells.key)[first], np.array(alike, dtype=np.float64))
    return np.where(group[a] == group[b], masses.confidence[group[a]], apart).astype(np.float64)
