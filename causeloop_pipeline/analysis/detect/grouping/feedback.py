"""User feedback: what verdicts on pairs of issues say about the displayed confidence."""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.agglomeration import GroupedAtoms, SimilaritySums
from causeloop_pipeline.analysis.detect.grouping.confidence import (
    Recalibration,
    find_atom_similarities,
    recalibrate,
)
from causeloop_pipeline.model.frames import FEEDBACK_SCHEMA


def learn_from_verdicts(
    table: pl.DataFrame, grouped: GroupedAtoms, sums: SimilaritySums, verdicts: pl.DataFrame | None
) -> Recalibration:
    """Learns how the displayed confidence must change.

    In: canonical issues in groups, their similarity, `FEEDBACK_SCHEMA` or None. Out: the recalibration.
    Verdicts on unknown issues and on pairs that were never compared are left out.
    """
    if verdicts is None or verdicts.height == 0:
        return Recalibration()
    rows = table.select("issue_id").with_row_index("row")
    judged = (
        verdicts.select(FEEDBACK_SCHEMA.names())
        .drop_nulls()
        .join(rows.rename({"issue_id": "left_issue_id", "row": "left_row"}), on="left_issue_id")
        .join(rows.rename({"issue_id": "right_issue_id", "row": "right_row"}), on="right_issue_id")
    )
    left, right = (judged[name].to_numpy().astype(np.int64) for name in ("left_row", "right_row"))
    prior = find_displayed_confidence(grouped, sums, left, right)
    has_prior = ~np.isnan(prior)
    return recalibrate(prior[has_prior], judged["same"].to_numpy().astype(bool)[has_prior])


def find_displayed_confidence(grouped: GroupedAtoms, sums: SimilaritySums, left: Ints, right: Ints) -> Floats:
    """Looks up the confidence that each pair of issues was displayed at.

    In: atoms in groups, their similarity, pairs of rows. Out: the confidence of the pattern that holds both;
    for issues of two patterns the similarity of the pair; NaN if they were never compared.
    """
    atoms, group = grouped.atoms, grouped.group_of_row
    left_atom, right_atom = atoms.atom_of_row[left], atoms.atom_of_row[right]

    edges = grouped.edges
    is_judged = np.isin(edges.left, np.concatenate([left_atom, right_atom]))
    probability_of_pair = {
        (min(a, b), max(a, b)): probability
        for a, b, probability in zip(
            edges.left[is_judged],
            edges.right[is_judged],
            edges.probability[is_judged],
            strict=True,
        )
    }
    compared = [
        probability_of_pair.get((min(a, b), max(a, b)), np.nan)
        for a, b in zip(left_atom, right_atom, strict=True)
    ]
    keys = np.array(atoms.keys, dtype=object)
    has_same_key = keys[left_atom] == keys[right_atom]
    within_atom = find_atom_similarities(atoms.keys, atoms.copy_similarity, atoms.measured)[left_atom]
    similarity = np.where(has_same_key, within_atom, np.array(compared, dtype=np.float64))
    is_together = group[left] == group[right]
    return np.where(is_together, sums.confidence[group[left]], similarity).astype(np.float64)
