"""Agglomeration: merge units become groups by average linkage of the texts of their atoms."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.atoms import Atoms
from causeloop_pipeline.analysis.detect.grouping.average_linkage import (
    SimilarityGraph,
    average_link,
    infer_absent_pairs,
)
from causeloop_pipeline.analysis.detect.grouping.confidence import LINKED_SIMILARITY, find_atom_similarities
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import PairwiseSimilarity

GROWTH_SHARE = 0.4  # of the merge threshold: added to it from the third member on
JOIN_SHARE = 0.11  # the same for a new issue: the next grouping sees more of its neighbours
KEEP_SHARE = 0.4  # of the merge threshold: least mean similarity at which a previous group stays whole
MIN_EDGE_PROBABILITY = 0.02  # weaker pairs count as 0


@dataclass(frozen=True, slots=True)
class ComparedTexts:
    """The similarity of texts, one of each atom of text, and the atom of each."""

    similarity: PairwiseSimilarity
    atoms: Ints


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of atoms whose texts are similar."""

    left: Ints
    right: Ints
    probability: Floats
    cosine: Floats  # NaN for a pair that was not compared but inferred from a third text

    @staticmethod
    def none() -> "Edges":
        """No pairs."""
        no_atoms, no_values = np.empty(0, dtype=np.int64), np.empty(0)
        return Edges(no_atoms, no_atoms, no_values, no_values)


@dataclass(frozen=True, slots=True)
class GroupedAtoms:
    """The group of each atom, numbered by the first issue of each group; `edges` are all compared pairs."""

    atoms: Atoms
    group_of_atom: Ints
    rows_in_atom: Ints
    edges: Edges
    merge_threshold: float  # least mean similarity at which groups merged
    growth_threshold: float  # the same from the third member on

    @property
    def group_of_row(self) -> Ints:
        """The group of each issue."""
        return self.group_of_atom[self.atoms.atom_of_row]

    @property
    def group_count(self) -> int:
        """How many groups there are."""
        return int(self.group_of_atom.max(initial=-1)) + 1

    @property
    def first_row_of_group(self) -> Ints:
        """The first issue of each group, as a row."""
        first = np.full(self.group_count, len(self.atoms.atom_of_row), dtype=np.int64)
        np.minimum.at(first, self.group_of_atom, self.atoms.first_row)
        return first


def connect_atoms(compared: ComparedTexts) -> Edges:
    """Carries the similarity of texts over to their atoms.

    In: compared texts. Out: one edge per compared pair, and one per pair that a third text connects.
    """
    pairs, probability = compared.similarity.pairs, compared.similarity.probability
    graph = SimilarityGraph(len(compared.atoms), pairs.left, pairs.right, probability)
    bridges = infer_absent_pairs(graph)
    return Edges(
        left=compared.atoms[np.concatenate([pairs.left, bridges.left])],
        right=compared.atoms[np.concatenate([pairs.right, bridges.right])],
        probability=np.concatenate([probability, bridges.similarity_sum]),
        cosine=np.concatenate([pairs.cosine, np.full(len(bridges.left), np.nan)]),
    )


def group_atoms(
    atoms: Atoms,
    edges: Edges,
    previous: pl.Series | None,
    merge_threshold: float,
    *,
    keep_threshold: float | None = None,
    growth: float | None = None,
) -> GroupedAtoms:
    """Merges atoms into groups.

    In: atoms, edges between them, per row the pattern it was in before (or null), the merge threshold; the
    least mean at which a previous group stays (`KEEP_SHARE` of the threshold), and how much above the
    threshold the mean must be for a third member (`GROWTH_SHARE` of it). Out: the group of each atom. Groups
    merge while the mean over all pairs of their members is at least the threshold. The gap between it and the
    one for previous groups keeps groups stable while the vocabulary grows, and a recompute of unchanged input
    changes nothing.
    """
    keep_threshold = KEEP_SHARE * merge_threshold if keep_threshold is None else keep_threshold
    growth = GROWTH_SHARE * merge_threshold if growth is None else growth
    unit_sizes = np.bincount(atoms.unit_of_atom, minlength=atoms.unit_count).astype(np.int64)
    unit_graph = _sum_edges_of_units(atoms, edges)

    start = np.arange(atoms.unit_count, dtype=np.int64)
    if previous is not None and len(unit_graph.left):
        previous_pattern = _previous_pattern_of_unit(atoms, previous)
        _leave_separated_groups(previous_pattern, atoms)
        keep = _KeptGroups(previous_pattern, keep_threshold)
        start = _keep_previous_groups(keep, unit_sizes, unit_graph, atoms.cannot_link)

    nodes, node_of_unit = np.unique(start, return_inverse=True)
    node_graph = _sum_by_pair(
        node_of_unit[unit_graph.left],
        node_of_unit[unit_graph.right],
        unit_graph.similarity_sum,
        len(nodes),
    )
    root_of_node = average_link(
        node_graph,
        merge_threshold,
        sizes=np.bincount(node_of_unit, unit_sizes, minlength=len(nodes)).astype(np.int64),
        cannot_link=[(int(node_of_unit[a]), int(node_of_unit[b])) for a, b in atoms.cannot_link],
        growth=growth,
    )
    group_of_unit = root_of_node[node_of_unit]
    group_of_atom = _number_by_first_row(group_of_unit[atoms.unit_of_atom], atoms.first_row)
    rows_in_atom = np.bincount(atoms.atom_of_row, minlength=len(atoms.keys)).astype(np.int64)
    return GroupedAtoms(atoms, group_of_atom, rows_in_atom, edges, merge_threshold, merge_threshold + growth)


def _sum_edges_of_units(atoms: Atoms, edges: Edges) -> SimilarityGraph:
    """Summed probability between merge units, each pair once; weak edges count as absent."""
    strong = edges.probability >= MIN_EDGE_PROBABILITY
    left = atoms.unit_of_atom[edges.left[strong]]
    right = atoms.unit_of_atom[edges.right[strong]]
    return _sum_by_pair(left, right, edges.probability[strong], atoms.unit_count)


def _sum_by_pair(a: Ints, b: Ints, value: Floats, count: int) -> SimilarityGraph:
    """Sums values per unordered pair; pairs of an item with itself are left out."""
    differs = a != b
    low, high, value = np.minimum(a, b)[differs], np.maximum(a, b)[differs], value[differs]
    order = np.lexsort((value, high, low))
    pair_codes, inverse = np.unique(low[order] * count + high[order], return_inverse=True)
    sums = np.bincount(inverse, value[order], minlength=len(pair_codes)).astype(np.float64)
    return SimilarityGraph(count, pair_codes // max(count, 1), pair_codes % max(count, 1), sums)


def _previous_pattern_of_unit(atoms: Atoms, previous: pl.Series) -> Ints:
    """Per unit, the number of the pattern that most of its issues were in before; -1 for none."""
    votes = (
        pl.DataFrame({"unit": atoms.unit_of_atom[atoms.atom_of_row], "pattern": previous})
        .drop_nulls()
        .group_by("unit", "pattern")
        .len("issues")
        .sort(["unit", "issues", "pattern"], descending=[False, True, False])
        .unique("unit", keep="first", maintain_order=True)
    )
    pattern_of_unit = np.full(atoms.unit_count, -1, dtype=np.int64)
    pattern_of_unit[votes["unit"].to_numpy()] = votes["pattern"].rank("dense").to_numpy().astype(np.int64)
    return pattern_of_unit


def _leave_separated_groups(pattern_of_unit: Ints, atoms: Atoms) -> None:
    """What a user took out of a previous group leaves it, so that the rest of the group can stay whole."""
    separated = [pair for pair in atoms.cannot_link if pattern_of_unit[pair[0]] == pattern_of_unit[pair[1]]]
    leaving = {unit for pair in separated for unit in pair} & atoms.taken_out_units
    pattern_of_unit[sorted(leaving)] = -1


@dataclass(frozen=True, slots=True)
class _KeptGroups:
    """The pattern of each unit before (-1: none), and the least mean similarity at which it stays whole."""

    pattern_of_unit: Ints
    threshold: float


def _keep_previous_groups(
    keep: _KeptGroups, unit_sizes: Ints, graph: SimilarityGraph, cannot_link: list[tuple[int, int]]
) -> Ints:
    """Per unit, the smallest unit of its previous group if that group still holds, else itself."""
    pattern_of_unit = keep.pattern_of_unit
    had_pattern = pattern_of_unit >= 0
    count = int(pattern_of_unit.max(initial=-1)) + 1

    is_inside = (pattern_of_unit[graph.left] == pattern_of_unit[graph.right]) & had_pattern[graph.left]
    pattern_of_edge = pattern_of_unit[graph.left[is_inside]]
    similarity_sum = np.bincount(pattern_of_edge, graph.similarity_sum[is_inside], minlength=count)

    old_patterns, sizes = pattern_of_unit[had_pattern], unit_sizes[had_pattern]
    members = np.bincount(old_patterns, sizes, minlength=count)
    squares = np.bincount(old_patterns, sizes**2, minlength=count)
    pairs_between_units = (members**2 - squares) / 2.0

    holds = (pairs_between_units > 0) & (similarity_sum >= keep.threshold * pairs_between_units - 1e-12)
    separated = [
        pattern_of_unit[a]
        for a, b in cannot_link
        if pattern_of_unit[a] == pattern_of_unit[b] and pattern_of_unit[a] >= 0
    ]
    holds[np.array(separated, dtype=np.int64)] = False

    first_unit = np.full(count, len(pattern_of_unit), dtype=np.int64)
    np.minimum.at(first_unit, old_patterns, np.flatnonzero(had_pattern))
    start = np.arange(len(pattern_of_unit), dtype=np.int64)
    stays = had_pattern & holds[np.where(had_pattern, pattern_of_unit, 0)] if count else had_pattern
    start[stays] = first_unit[pattern_of_unit[stays]]
    return start


def _number_by_first_row(labels: Ints, first_row: Ints) -> Ints:
    """Labels → 0, 1, 2 … in the order of each group's first issue."""
    distinct, inverse = np.unique(labels, return_inverse=True)
    earliest = np.full(len(distinct), np.iinfo(np.int64).max)
    np.minimum.at(earliest, inverse, first_row)
    number = np.empty(len(distinct), dtype=np.int64)
    number[np.argsort(earliest, kind="stable")] = np.arange(len(distinct))
    return number[inverse]


@dataclass(frozen=True, slots=True)
class SimilaritySums:
    """Summed similarity over pairs of members: what confidence is made of."""

    of_group: Floats  # over all pairs of a group
    group_rows: Ints  # issues of each group
    of_issue: Floats  # per atom: one of its issues to all others of the group

    @property
    def confidence(self) -> Floats:
        """Per group, the mean over all pairs; `LINKED_SIMILARITY` for a group of one, which a user or the
        tool formed."""
        pairs = self.group_rows * (self.group_rows - 1) / 2.0
        return np.where(pairs > 0, self.of_group / np.maximum(pairs, 1.0), LINKED_SIMILARITY)


def sum_similarities(grouped: GroupedAtoms) -> SimilaritySums:
    """Sums the similarity within each group.

    In: atoms in groups. Out: sums per group and per issue; absent pairs count as 0, pairs that a user linked
    as `LINKED_SIMILARITY`.
    """
    atoms, group, rows = grouped.atoms, grouped.group_of_atom, grouped.rows_in_atom
    within_atom = find_atom_similarities(atoms.keys, atoms.copy_similarity, atoms.measured) * (rows - 1)
    rows_in_unit = np.bincount(atoms.unit_of_atom, rows, minlength=atoms.unit_count)
    within_unit = LINKED_SIMILARITY * (rows_in_unit[atoms.unit_of_atom] - rows)

    edges = grouped.edges
    is_counted = (group[edges.left] == group[edges.right]) & (
        atoms.unit_of_atom[edges.left] != atoms.unit_of_atom[edges.right]
    )
    left, right = edges.left[is_counted], edges.right[is_counted]
    probability = edges.probability[is_counted]
    of_issue = (
        within_atom
        + within_unit
        + np.bincount(left, probability * rows[right], minlength=len(rows))
        + np.bincount(right, probability * rows[left], minlength=len(rows))
    )
    group_rows = np.bincount(group, rows, minlength=grouped.group_count).astype(np.int64)
    of_group = np.bincount(group, of_issue * rows, minlength=grouped.group_count) / 2.0
    return SimilaritySums(of_group, group_rows, of_issue.astype(np.float64))
