"""Finds the groups that new texts belong to, by the same scores and the same average link as a full
grouping.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.agglomeration import EDGE_FLOOR, GROWTH, JOIN
from causeloop_pipeline.analysis.detect.grouping.average_linkage import average_link
from causeloop_pipeline.analysis.detect.grouping.index_segments import Segment, joined_segments
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    likeness_missing,
    shared_terms,
    term_reason,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.similarity.base_rate import LOWEST_INTERCEPT, BaseRate
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    NEIGHBOURS,
    Neighbours,
    nearest_texts,
    postings_of,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, Lexicon, new_texts
from causeloop_pipeline.analysis.detect.similarity.pair_score import Standing, score_pairs, standing_of, stood
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import text_rows

_MERGE_SEGMENTS = 8


@dataclass(slots=True)
class Placed:
    """Where new texts went, how alike they are, why, and what they were nearly put into."""

    lexicon: Lexicon
    old: tuple[Segment, ...]
    rows: list[int]
    corpus: Corpus | None
    likeness: Floats
    similarity: Floats
    standing: Standing
    nearest: list[int | None]
    missing: list[str | None]
    reason: dict[int, str] = field(default_factory=dict)

    def segments(self, group: Ints) -> tuple[Segment, ...]:
        """The index's texts with the new ones added; small additions are put together now and then."""
        if self.corpus is None:
            return self.old
        found = [*self.old, Segment(self.corpus, group[self.rows], self.standing, self.lexicon)]
        if len(found) > _MERGE_SEGMENTS:
            found = [found[0], joined_segments(found[1:], self.lexicon)]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Near:
    """Scored pairs: a new text (`row` of the new corpus) and a text of `segment` (-1: the new ones)."""

    row: Ints
    segment: Ints
    other: Ints
    group: Ints  # of the other text; -1 - its row for a new one
    probability: Floats  # by which groups are formed
    shown: Floats
    cosine: Floats


def place_texts(
    table: pl.DataFrame, rows: list[int], group: Ints, barred: dict[int, set[int]], index: PatternIndex
) -> Placed:
    """Sets `group` of the new texts in `rows` that have none yet (the index's groups, or new numbers), and
    tells why.
    """
    total = table.height
    placed = Placed(
        index.lexicon,
        index.segments,
        rows,
        None,
        np.ones(total),
        np.ones(total),
        Standing(np.empty(0), np.empty(0)),
        [None] * total,
        [None] * total,
    )
    if not rows:
        return placed
    texts = text_rows(table[rows])
    placed.lexicon, placed.corpus = new_texts(texts, index.lexicon)
    near = _scored(texts, placed, index)
    _link(near, rows, group, barred, index)
    _explain(placed, near, rows, group, index)
    return placed


def _scored(texts: pl.DataFrame, placed: Placed, index: PatternIndex) -> _Near:
    corpus = placed.corpus
    assert corpus is not None  # noqa: S101 - set by the caller
    rates = [index.base_rates.get(name, _usual(index)) for name in texts["origin"].to_list()]
    joining, shown = np.array([rate.joining for rate in rates]), np.array([rate.shown for rate in rates])
    sources = [(at, segment.corpus, segment.postings) for at, segment in enumerate(placed.old)]
    if corpus.size > 1 or not sources:
        sources.append((-1, corpus, postings_of(corpus, placed.lexicon, lasting=True)))
    found = []
    for at, _, postings in sources:
        near = nearest_texts(corpus, postings, placed.lexicon, same=at < 0, lasting=True)
        found.append((np.full(len(near.row), at), near))
    row, other, cosine = (
        np.concatenate([getattr(near, name) for _, near in found]) for name in ("row", "other", "cosine")
    )
    segment = np.concatenate([at for at, _ in found])
    order = np.lexsort((other, segment, -np.round(cosine, 6), row))
    row, other, cosine, segment = row[order], other[order], cosine[order], segment[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    kept = rank <= NEIGHBOURS
    row, other, cosine, segment, rank = row[kept], other[kept], cosine[kept], segment[kept], rank[kept]
    placed.standing = standing_of(Neighbours(row, other, cosine, rank), corpus.size)
    parts = []
    for at, others, _ in sources:
        mine = segment == at
        theirs = placed.standing if at < 0 else placed.old[at].standing
        found_here = stood(row[mine], other[mine], rank[mine], cosine[mine], placed.standing, theirs)
        pairs = score_pairs(corpus, others, placed.lexicon, found_here)
        group = -1 - other[mine] if at < 0 else placed.old[at].group[other[mine]]
        likely = pairs.probability(joining[row[mine]]), pairs.probability(shown[row[mine]])
        parts.append((row[mine], segment[mine], other[mine], group, *likely, pairs.cosine))
    return _Near(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _usual(index: PatternIndex) -> BaseRate:
    """For a source that was not there before: the most careful one."""
    lowest = BaseRate(LOWEST_INTERCEPT, LOWEST_INTERCEPT)
    return min(index.base_rates.values(), key=lambda rate: (rate.joining, rate.shown), default=lowest)


def _link(
    near: _Near,
    rows: list[int],
    group: Ints,
    barred: dict[int, set[int]],
    index: PatternIndex,
) -> None:
    """Average link of new texts and touched groups; groups of before never join one another."""
    fixed = {at: int(group[row]) for at, row in enumerate(rows) if group[row] >= 0}
    target = np.array([g if g >= 0 else fixed.get(-1 - g, g) for g in near.group.tolist()], dtype=np.int64)
    source = np.array([fixed.get(at, -1 - at) for at in near.row.tolist()], dtype=np.int64)
    strong = near.probability >= EDGE_FLOOR
    free = [-1 - at for at in range(len(rows)) if at not in fixed]
    groups = sorted(
        {g for g in [*target[strong].tolist(), *source[strong].tolist(), *fixed.values()] if g >= 0}
    )
    nodes = {name: at for at, name in enumerate([*groups, *free[::1]])}
    sizes = _sizes(groups, len(free), index)
    low, high, value = _node_edges(near, source, target, strong, nodes)
    cannot = [
        (nodes[g], nodes[-1 - at])
        for at, row in enumerate(rows)
        if at not in fixed
        for g in sorted(barred.get(row, ()))
        if g in nodes
    ]
    settled = np.array([name >= 0 for name in nodes], dtype=bool)
    root = average_link(
        len(nodes), low, high, value, JOIN, sizes=sizes, cannot=cannot, settled=settled, growth=GROWTH
    )
    names = list(nodes)
    top = int(max(group.max(initial=-1) + 1, index.group_count))
    fresh: dict[int, int] = {}
    for at, row in enumerate(rows):
        if at not in fixed:
            head = names[int(root[nodes[-1 - at]])]
            group[row] = head if head >= 0 else fresh.setdefault(head, top + len(fresh))


def _cells_in(groups: list[int], index: PatternIndex) -> dict[int, int]:
    return dict(index.group_ledger.rows_of(groups).select("group", "cells").iter_rows())


def _sizes(groups: list[int], free: int, index: PatternIndex) -> Ints:
    known = _cells_in(groups, index)
    return np.array([max(known.get(g, 1), 1) for g in groups] + [1] * free, dtype=np.int64)


def _node_edges(
    near: _Near, source: Ints, target: Ints, strong: NDArray[np.bool_], nodes: dict[int, int]
) -> tuple[Ints, Ints, Floats]:
    """Summed likeness per pair of nodes; a pair of new texts that found each other counts once, at its
    best.
    """
    pairs: dict[tuple[int, int, int, int], float] = {}
    columns = (near.row, near.segment, near.other, source, target, near.probability)
    for row, segment, other, a, b, p in zip(*(column[strong].tolist() for column in columns), strict=True):
        if a == b:
            continue
        ends = (min(row, other), max(row, other)) if segment < 0 else (row, other)
        low, high = sorted((nodes[a], nodes[b]))
        key = (segment, *ends, low * len(nodes) + high)
        pairs[key] = max(pairs.get(key, 0.0), p)
    sums: dict[int, float] = {}
    for (_, _, _, code), p in sorted(pairs.items()):
        sums[code] = sums.get(code, 0.0) + p
    codes = np.array(sorted(sums), dtype=np.int64)
    return codes // len(nodes), codes % len(nodes), np.array([sums[code] for code in codes.tolist()])


def _explain(placed: Placed, near: _Near, rows: list[int], group: Ints, index: PatternIndex) -> None:
    """Likeness, reason and nearest other group of each new text."""
    own = group[np.array(rows)]
    names = np.array([g if g >= 0 else own[-1 - g] for g in near.group.tolist()], dtype=np.int64)
    cells = _cells_in(np.unique(names[names < index.group_count]).tolist(), index)
    starts = np.searchsorted(near.row[np.argsort(near.row, kind="stable")], np.arange(len(rows) + 1))
    order = np.argsort(near.row, kind="stable")
    mates: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        mine = order[starts[at] : starts[at + 1]]
        inside = mine[names[mine] == own[at]]
        if len(inside):
            mates.append((row, int(inside[np.argmax(near.probability[inside])])))
            size = max(cells.get(int(own[at]), len(inside)), 1)
            placed.likeness[row] = min(1.0, float(near.shown[inside].sum()) / size)
        outside = mine[(names[mine] != own[at]) & (names[mine] < index.group_count)]
        if len(outside):
            best = int(outside[np.argmax(near.probability[outside])])
            of_it = outside[names[outside] == names[best]]
            mean = float(near.probability[of_it].sum()) / max(cells.get(int(names[best]), 1), 1)
            placed.nearest[row] = int(names[best])
            placed.missing[row] = likeness_missing(mean, JOIN + GROWTH, float(near.probability[best]))
    _tell_mates(placed, near, mates)


def _tell_mates(placed: Placed, near: _Near, mates: list[tuple[int, int]]) -> None:
    """The reason of each text that has a mate: the rare terms that both hold."""
    corpus = placed.corpus
    assert corpus is not None  # noqa: S101 - set by the caller
    for at, theirs in enumerate([*(segment.corpus for segment in placed.old), corpus]):
        segment = at if at < len(placed.old) else -1
        own = [(row, pair) for row, pair in mates if near.segment[pair] == segment]
        pairs = np.array([pair for _, pair in own], dtype=np.int64)
        terms = shared_terms(corpus, theirs, placed.lexicon, near.row[pairs], near.other[pairs])
        ids = theirs.marks["issue_id"].gather(near.other[pairs]).to_list()
        for (row, pair), found, mate in zip(own, terms, ids, strict=True):
            placed.similarity[row] = min(float(near.cosine[pair]), 1.0)
            placed.reason[row] = term_reason(found, mate)
