"""New texts that stayed by themselves, and the group that each may have its cause in common with."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.assignment.text_neighbours import NEW_TEXTS, ScoredPairs
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    Reason,
    explain_terms,
    find_shared_terms,
    spell_shared_terms,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class UnlinkedText:
    """The issue of another group that a text is most like, and how likely that group has its cause."""

    issue_id: str
    similarity: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class GroupedTexts:
    """The group of each new text, how many atoms the groups of the index have, the least similarity to
    mention, and the issues that the texts are of.
    """

    group: Ints
    atoms_in_group: dict[int, int]
    least: float
    issues: pl.DataFrame


def find_unlinked_texts(
    pairs: ScoredPairs, texts: GroupedTexts, corpora: dict[int, Corpus], lexicon: Lexicon
) -> dict[int, UnlinkedText]:
    """Finds for each new text alone in its group the group that it is most like.

    In: scored pairs, the groups, the corpora by segment, their lexicon. Out: by row of the new texts; of two
    new texts that are each other's, the later one.
    """
    own = texts.group[pairs.row]
    of_new = np.append(texts.group, -1)[np.where(pairs.node < 0, -1 - pairs.node, -1)]
    other = np.where(pairs.node < 0, of_new, pairs.node)
    sizes = np.bincount(texts.group, minlength=1)
    is_earlier = (pairs.segment != NEW_TEXTS) | (pairs.other < pairs.row)
    is_alone = ~np.isin(own, list(texts.atoms_in_group)) & (sizes[own] == 1)
    frame = pl.DataFrame(
        {"row": pairs.row, "group": other, "probability": pairs.probability, "pair": np.arange(len(other))}
    ).filter(pl.Series(is_earlier & is_alone & (other != own)))
    totals = (
        frame.sort(["row", "group", "probability", "pair"], descending=[False, False, True, False])
        .group_by("row", "group", maintain_order=True)
        .agg(pl.col("probability").sum(), pl.col("pair").first())
    )
    size_of_group = [
        max(texts.atoms_in_group.get(group, int(sizes[group]) if group < len(sizes) else 1), 1)
        for group in totals["group"].to_list()
    ]
    best = (
        totals.with_columns(mean=pl.col("probability") / pl.Series(size_of_group, dtype=pl.Float64))
        .filter(pl.col("mean") >= texts.least)
        .sort(["row", "mean", "group"], descending=[False, True, False])
        .unique("row", keep="first", maintain_order=True)
    )
    unlinked: dict[int, UnlinkedText] = {}
    for row, mean, pair in best.select("row", "mean", "pair").iter_rows():
        theirs, at = corpora[int(pairs.segment[pair])], int(pairs.other[pair])
        issue_id = theirs.metadata["issue_id"][at]
        stems = find_shared_terms(corpora[NEW_TEXTS], theirs, lexicon, np.array([row]), np.array([at]))
        (terms,) = spell_shared_terms(stems, texts.issues[row])
        unlinked[row] = UnlinkedText(issue_id, min(float(mean), 1.0), explain_terms(terms, issue_id))
    return unlinked
