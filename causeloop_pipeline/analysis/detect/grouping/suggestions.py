"""Suggestions: issues that may have one cause, but not surely enough to be linked. People decide."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    MIN_EDGE_PROBABILITY,
    ComparedTexts,
    GroupedAtoms,
)
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration, find_atom_similarities
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    Reason,
    explain_key,
    explain_terms,
    find_shared_terms,
    spell_shared_terms,
)
from causeloop_pipeline.model.suggestion import SUGGESTION_SCHEMA

_ORDER = ["left", "right", "probability", "left_row", "right_row"]


@dataclass(frozen=True, slots=True)
class _GroupPair:
    """Two linked groups that may have one cause, and the rows of the two issues that say so most."""

    similarity: float  # mean over all pairs of their issues
    left: int
    right: int
    left_row: int
    right_row: int


def suggest_links(
    table: pl.DataFrame,
    candidates: GroupedAtoms,
    linked: GroupedAtoms,
    compared: ComparedTexts | None,
    recalibration: Recalibration,
) -> pl.DataFrame:
    """Lists what may belong together and is not linked.

    In: canonical issues; the groups that may have one cause; those that are linked, each within one of them;
    the compared texts; the recalibration. Out: `SUGGESTION_SCHEMA`, so many rows that all linked groups of a
    candidate are connected, by its likeliest pairs (Kruskal, 1956); the later issue comes first.
    """
    pairs = _find_spanning_pairs(candidates, linked)
    if not pairs:
        return pl.DataFrame(schema=SUGGESTION_SCHEMA)
    ends = [sorted((pair.left_row, pair.right_row)) for pair in pairs]
    ids = table["issue_id"]
    confidence = recalibration.apply(np.array([pair.similarity for pair in pairs]).clip(0.0, 1.0)).round(6)
    return pl.DataFrame(
        {
            "issue_id": ids.gather([later for _, later in ends]),
            "other_issue_id": ids.gather([earlier for earlier, _ in ends]),
            "confidence": confidence,
            "reason": _explain(table, linked, ends, compared),
        },
        schema=SUGGESTION_SCHEMA,
    ).sort("issue_id", "other_issue_id")


def _find_spanning_pairs(candidates: GroupedAtoms, linked: GroupedAtoms) -> list[_GroupPair]:
    """The likeliest pairs of linked groups that connect all those of one candidate, in order."""
    root = list(range(linked.group_count))

    def find(group: int) -> int:
        while root[group] != group:
            root[group] = group = root[root[group]]
        return group

    chosen = []
    for pair in sorted(
        _list_pairs(candidates, linked), key=lambda pair: (-pair.similarity, pair.left, pair.right)
    ):
        left, right = find(pair.left), find(pair.right)
        if left != right:
            root[max(left, right)] = min(left, right)
            chosen.append(pair)
    return chosen


def _list_pairs(candidates: GroupedAtoms, linked: GroupedAtoms) -> list[_GroupPair]:
    """The pairs of linked groups within a candidate that are alike: texts, and what one key holds."""
    own = linked.group_of_row
    count = len(candidates.atoms.keys)
    candidate_of_atom, linked_of_atom = candidates.group_of_atom, linked.group_of_atom[:count]
    edges = candidates.edges
    chosen = (
        (candidate_of_atom[edges.left] == candidate_of_atom[edges.right])
        & (linked_of_atom[edges.left] != linked_of_atom[edges.right])
        & (edges.probability >= MIN_EDGE_PROBABILITY)
    )
    first = linked.atoms.first_row[:count]
    texts = pl.DataFrame(
        {
            "left": linked_of_atom[edges.left[chosen]],
            "right": linked_of_atom[edges.right[chosen]],
            "left_row": first[edges.left[chosen]],
            "right_row": first[edges.right[chosen]],
            "probability": edges.probability[chosen],
            "weight": edges.probability[chosen]
            * linked.rows_in_atom[edges.left[chosen]]
            * linked.rows_in_atom[edges.right[chosen]],
        }
    )
    frames = [texts, _pairs_within_atoms(candidates, linked)]
    pairs = pl.concat([frame.pipe(_order_pairs) for frame in frames])
    size = np.bincount(own, minlength=linked.group_count)
    by_pair = (
        pairs.sort(
            ["left", "right", "probability", "left_row", "right_row"],
            descending=[False, False, True, False, False],
        )
        .group_by("left", "right", maintain_order=True)
        .agg(pl.col("weight").sum(), pl.col("left_row", "right_row").first())
    )
    return [
        _GroupPair(round(weight / float(size[left] * size[right]), 9), left, right, left_row, right_row)
        for left, right, weight, left_row, right_row in by_pair.iter_rows()
    ]


def _order_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each pair with the smaller group on the left."""
    is_turned = pl.col("left") > pl.col("right")
    names = {"left": "right", "left_row": "right_row"}
    turned = [pl.when(is_turned).then(b).otherwise(a).alias(a) for a, b in names.items()]
    turned += [pl.when(is_turned).then(a).otherwise(b).alias(b) for a, b in names.items()]
    return pairs.with_columns(turned).select(
        "left", "right", "left_row", "right_row", "probability", "weight"
    )


def _pairs_within_atoms(candidates: GroupedAtoms, linked: GroupedAtoms) -> pl.DataFrame:
    """Each issue that left an atom, for it was not sure enough, with the first issue of that atom."""
    atoms = candidates.atoms
    row = np.flatnonzero(linked.atoms.atom_of_row >= len(atoms.keys))
    first = linked.atoms.first_row[atoms.atom_of_row[row]]
    own = linked.group_of_row
    similarity = find_atom_similarities(atoms.keys, atoms.copy_similarity, atoms.measured)
    probability = similarity[atoms.atom_of_row[row]]
    size = np.bincount(own, minlength=linked.group_count)
    differs = own[row] != own[first]
    return pl.DataFrame(
        {
            "left": own[row],
            "right": own[first],
            "left_row": row,
            "right_row": first,
            "probability": probability,
            "weight": probability * size[own[row]] * size[own[first]],
        }
    ).filter(pl.Series(differs))


def _explain(
    table: pl.DataFrame, linked: GroupedAtoms, ends: list[list[int]], compared: ComparedTexts | None
) -> list[Reason]:
    """Why each pair of an earlier and a later issue may belong together."""
    atom_of_row, keys = linked.atoms.atom_of_row, linked.atoms.keys
    text_of_atom = (
        {} if compared is None else {atom: text for text, atom in enumerate(compared.atoms.tolist())}
    )
    reasons: list[Reason] = []
    texts: list[tuple[int, int, int]] = []  # place, both texts
    later = table.select("template", "trace_key", "service", "component", "title")[[end for _, end in ends]]
    ids = table["issue_id"]
    for place, values in enumerate(later.iter_rows(named=True)):
        earlier_atom, later_atom = (int(atom_of_row[row]) for row in ends[place])
        if earlier_atom in text_of_atom and later_atom in text_of_atom:
            texts.append((place, text_of_atom[earlier_atom], text_of_atom[later_atom]))
        reasons.append(explain_key(keys[later_atom].partition(":")[0], values))
    if compared is not None and texts:
        corpus, lexicon = compared.similarity.corpus, compared.similarity.lexicon
        left, right = (np.array([pair[side] for pair in texts], dtype=np.int64) for side in (1, 2))
        shared = find_shared_terms(corpus, corpus, lexicon, left, right)
        words = spell_shared_terms(shared, table[[ends[place][1] for place, *_ in texts]])
        for (place, *_), terms in zip(texts, words, strict=True):
            reasons[place] = explain_terms(terms, ids[ends[place][0]])
    return reasons
