"""Assigns new texts to groups, by the same pair scores and the same average linkage as a full grouping."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement
from causeloop_pipeline.analysis.detect.assignment.text_neighbours import (
    NEW_TEXTS,
    NewTexts,
    ScoredPairs,
    score_neighbours,
)
from causeloop_pipeline.analysis.detect.assignment.unlinked_texts import (
    GroupedTexts,
    UnlinkedText,
    find_unlinked_texts,
)
from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    JOIN_SHARE,
    MIN_EDGE_PROBABILITY,
)
from causeloop_pipeline.analysis.detect.grouping.atoms import TEXT_KEYS
from causeloop_pipeline.analysis.detect.grouping.average_linkage import SimilarityGraph, average_link
from causeloop_pipeline.analysis.detect.grouping.index_segments import Segment, join_segments
from causeloop_pipeline.analysis.detect.grouping.links import LinkRule
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    Reason,
    explain_similarity_shortfall,
    explain_terms,
    find_shared_terms,
    spell_shared_terms,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, add_texts
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import NearestCosines
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows

_MAX_SEGMENTS = 8
_SMALL_SEGMENT = 500  # texts: so few are cheaper to write again with the next ones than to search alone


@dataclass(slots=True)
class TextPlacement:
    """How similar new texts are to their groups, why, and the nearest other group. Lists go by row of all new
    issues.
    """

    rows: list[int]  # of the texts among the new issues
    lexicon: Lexicon
    index_segments: tuple[Segment, ...]
    corpus: Corpus | None  # of the new texts; None without any
    nearest_cosines: NearestCosines
    mean_similarity: Floats  # to the issues that the group had before
    neighbour_similarity: Floats  # to the most similar issue of the group
    nearest_group: list[int | None]
    shortfall: list[str | None]  # what was missing to the nearest group
    reason: dict[int, Reason] = field(default_factory=dict)
    unlinked: dict[int, UnlinkedText] = field(default_factory=dict)

    @classmethod
    def without_texts(cls, issues: int, index: PatternIndex) -> "TextPlacement":
        """The placement of issues none of which is a text."""
        return cls(
            rows=[],
            lexicon=index.lexicon,
            index_segments=index.segments,
            corpus=None,
            nearest_cosines=NearestCosines(np.empty(0), np.empty(0)),
            mean_similarity=np.ones(issues),
            neighbour_similarity=np.ones(issues),
            nearest_group=[None] * issues,
            shortfall=[None] * issues,
        )

    def segments(self, group: Ints) -> tuple[Segment, ...]:
        """The index's segments and the new texts, which join the last segment while that is small; the later
        segments are joined when they become many.
        """
        if self.corpus is None:
            return self.index_segments
        added = Segment(self.corpus, group[self.rows], self.nearest_cosines, self.lexicon)
        segments = [*self.index_segments, added]
        if len(segments) > _MAX_SEGMENTS:
            return segments[0], join_segments(segments[1:], self.lexicon)
        if len(segments) > 2 and segments[-2].corpus.size < _SMALL_SEGMENT:
            segments[-2:] = [join_segments(segments[-2:], self.lexicon)]
        return tuple(segments)


def place_by_text(placement: NewIssuePlacement, index: PatternIndex, rule: LinkRule) -> TextPlacement:
    """Places the new texts that have no group yet.

    In: new issues, partly placed; the index; from which similarity on issues are linked. Out: how similar
    each text is to its group, and why; what it is not linked with though it may have that cause. Sets
    `placement.group` to groups of the index, or to new numbers.
    """
    texts = TextPlacement.without_texts(placement.table.height, index)
    texts.rows = [row for row, key in enumerate(placement.keys) if key.startswith(TEXT_KEYS)]
    if not texts.rows:
        return texts
    compared = select_text_rows(placement.table[texts.rows])
    texts.lexicon, texts.corpus = add_texts(compared, index.lexicon)
    new = NewTexts(compared["source"].to_list(), texts.corpus, texts.lexicon)
    pairs, texts.nearest_cosines = score_neighbours(new, index)
    _merge_into_groups(pairs, texts.rows, placement, index, rule)
    _explain_texts(texts, texts.corpus, pairs, placement, index, rule)
    if rule.cuts(index.model.merge_threshold):
        texts.unlinked = _find_unlinked(texts, texts.corpus, pairs, placement, index)
    return texts


def _find_unlinked(
    texts: TextPlacement,
    corpus: Corpus,
    pairs: ScoredPairs,
    placement: NewIssuePlacement,
    index: PatternIndex,
) -> dict[int, UnlinkedText]:
    """By row of all new issues, what a text that stayed alone may have its cause in common with."""
    own = placement.group[np.array(texts.rows)]
    groups = sorted({node for node in (*pairs.node.tolist(), *own.tolist()) if 0 <= node < index.group_count})
    least = index.model.merge_threshold * (1.0 + JOIN_SHARE)
    grouped = GroupedTexts(own, _count_atoms(groups, index), least, placement.table[texts.rows])
    corpora = _corpora_by_segment(texts, corpus)
    unlinked = find_unlinked_texts(pairs, grouped, corpora, texts.lexicon)
    return {texts.rows[text]: near for text, near in unlinked.items()}


def _merge_into_groups(
    pairs: ScoredPairs, rows: list[int], placement: NewIssuePlacement, index: PatternIndex, rule: LinkRule
) -> None:
    """Average linkage of new texts and the groups near them; groups of the index never merge.

    A node is a group (its number) or an unplaced text (-1 - its row in the new corpus).
    """
    group = placement.group
    placed = {text: int(group[row]) for text, row in enumerate(rows) if group[row] >= 0}
    unplaced = [text for text in range(len(rows)) if text not in placed]
    own_node = np.array([placed.get(text, -1 - text) for text in pairs.row.tolist()], dtype=np.int64)
    other_node = np.array(
        [node if node >= 0 else placed.get(-1 - node, node) for node in pairs.node.tolist()], dtype=np.int64
    )
    strong = pairs.probability >= MIN_EDGE_PROBABILITY

    near_groups = {*other_node[strong].tolist(), *own_node[strong].tolist(), *placed.values()}
    groups = sorted(node for node in near_groups if node >= 0)
    nodes = [*groups, *(-1 - text for text in unplaced)]
    number_of_node = {node: number for number, node in enumerate(nodes)}
    atoms_in_group = _count_atoms(groups, index)
    cannot_link = [
        (number_of_node[excluded], number_of_node[-1 - text])
        for text in unplaced
        for excluded in sorted(placement.excluded_groups.get(rows[text], ()))
        if excluded in number_of_node
    ]
    root = average_link(
        _build_graph(pairs, own_node, other_node, strong, number_of_node),
        max(index.model.merge_threshold, rule.threshold),
        sizes=np.array(
            [max(atoms_in_group.get(node, 1), 1) for node in groups] + [1] * len(unplaced), dtype=np.int64
        ),
        cannot_link=cannot_link,
        is_fixed=np.array([node >= 0 for node in nodes], dtype=bool),
        growth=0.0 if rule.cuts(index.model.merge_threshold) else JOIN_SHARE * index.model.merge_threshold,
    )

    first_new_group = placement.next_group
    new_groups: dict[int, int] = {}
    for text in unplaced:
        root_node = nodes[int(root[number_of_node[-1 - text]])]
        if root_node < 0:
            root_node = new_groups.setdefault(root_node, first_new_group + len(new_groups))
        group[rows[text]] = root_node


def _count_atoms(groups: list[int], index: PatternIndex) -> dict[int, int]:
    """Atoms of text in each group."""
    return dict(index.group_summaries.rows_of(groups)[["group", "atoms"]].iter_rows())


def _build_graph(
    pairs: ScoredPairs, own_node: Ints, other_node: Ints, strong: Bools, number_of_node: dict[int, int]
) -> SimilarityGraph:
    """Summed probability per pair of nodes.

    A pair of new texts that found each other counts once, at the higher probability.
    """
    nodes = len(number_of_node)
    probability_of_pair: dict[tuple[int, int, int, int], float] = {}
    columns = (pairs.row, pairs.segment, pairs.other, own_node, other_node, pairs.probability)
    for row, segment, other, a, b, probability in zip(
        *(column[strong].tolist() for column in columns), strict=True
    ):
        if a == b:
            continue
        ends = (min(row, other), max(row, other)) if segment == NEW_TEXTS else (row, other)
        low, high = sorted((number_of_node[a], number_of_node[b]))
        key = (segment, *ends, low * nodes + high)
        probability_of_pair[key] = max(probability_of_pair.get(key, 0.0), probability)

    sums: dict[int, float] = {}
    for (_, _, _, code), probability in sorted(probability_of_pair.items()):
        sums[code] = sums.get(code, 0.0) + probability
    codes = np.array(sorted(sums), dtype=np.int64)
    values = np.array([sums[code] for code in codes.tolist()])
    return SimilarityGraph(nodes, codes // nodes, codes % nodes, values)


def _least_to_join(index: PatternIndex, rule: LinkRule) -> float:
    """The least mean similarity to a group of two or more at which a new text joins it."""
    threshold = index.model.merge_threshold
    return rule.threshold if rule.cuts(threshold) else threshold * (1.0 + JOIN_SHARE)


def _explain_texts(
    texts: TextPlacement,
    corpus: Corpus,
    pairs: ScoredPairs,
    placement: NewIssuePlacement,
    index: PatternIndex,
    rule: LinkRule,
) -> None:
    """Notes the similarity, the reason and the nearest other group of each new text."""
    own_groups = placement.group[np.array(texts.rows)]
    group_of_pair = np.array(
        [node if node >= 0 else own_groups[-1 - node] for node in pairs.node.tolist()], dtype=np.int64
    )
    is_known_group = group_of_pair < index.group_count
    atoms_in_group = _count_atoms(np.unique(group_of_pair[is_known_group]).tolist(), index)

    order = np.argsort(pairs.row, kind="stable")
    starts = np.searchsorted(pairs.row[order], np.arange(len(texts.rows) + 1))
    best_pairs: list[tuple[int, int]] = []  # row of the new issue, its best pair within the group
    for text, row in enumerate(texts.rows):
        own_pairs = order[starts[text] : starts[text + 1]]
        own_group = own_groups[text]
        inside = own_pairs[group_of_pair[own_pairs] == own_group]
        if len(inside):
            best_pairs.append((row, int(inside[np.argmax(pairs.probability[inside])])))
            size = max(atoms_in_group.get(int(own_group), len(inside)), 1)
            similarity_sum = float(pairs.probability[inside].sum())
            texts.mean_similarity[row] = min(1.0, similarity_sum / size)

        outside = own_pairs[(group_of_pair[own_pairs] != own_group) & is_known_group[own_pairs]]
        if len(outside):
            best = int(outside[np.argmax(pairs.probability[outside])])
            nearest = int(group_of_pair[best])
            to_nearest = outside[group_of_pair[outside] == nearest]
            similarity_sum = float(pairs.probability[to_nearest].sum())
            texts.nearest_group[row] = nearest
            texts.shortfall[row] = explain_similarity_shortfall(
                similarity_sum / max(atoms_in_group.get(nearest, 1), 1),
                _least_to_join(index, rule),
                float(pairs.probability[best]),
            )
    _explain_neighbours(texts, corpus, pairs, best_pairs, placement.table)


def _explain_neighbours(
    texts: TextPlacement,
    corpus: Corpus,
    pairs: ScoredPairs,
    best_pairs: list[tuple[int, int]],
    table: pl.DataFrame,
) -> None:
    """Notes the rare terms that each text shares with the most similar issue of its group."""
    for segment, other_corpus in _corpora_by_segment(texts, corpus).items():
        own = [(row, pair) for row, pair in best_pairs if pairs.segment[pair] == segment]
        if not own:
            continue
        chosen = np.array([pair for _, pair in own], dtype=np.int64)
        stems = find_shared_terms(corpus, other_corpus, texts.lexicon, pairs.row[chosen], pairs.other[chosen])
        terms = spell_shared_terms(stems, table[[row for row, _ in own]])
        neighbours = other_corpus.metadata["issue_id"].gather(pairs.other[chosen]).to_list()
        for (row, pair), shared, neighbour in zip(own, terms, neighbours, strict=True):
            texts.neighbour_similarity[row] = min(float(pairs.cosine[pair]), 1.0)
            texts.reason[row] = explain_terms(shared, neighbour)


def _corpora_by_segment(texts: TextPlacement, corpus: Corpus) -> dict[int, Corpus]:
    return dict(enumerate(segment.corpus for segment in texts.index_segments)) | {NEW_TEXTS: corpus}
