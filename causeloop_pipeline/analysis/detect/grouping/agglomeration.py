"""Issues put into groups: cells by what they carry, units by what people said, groups by average link of the
texts.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.atoms import Cells
from causeloop_pipeline.analysis.detect.grouping.average_linkage import average_link
from causeloop_pipeline.analysis.detect.grouping.confidence import PERSON_LIKENESS, atom_likeness
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import Likeness

JOIN = 0.35
GROWTH = 0.07  # a third member must be more like both than they had to be like one another
RELEASE = 0.25
EDGE_FLOOR = 0.02


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of cells whose texts are alike."""

    left: Ints
    right: Ints
    joining: Floats
    shown: Floats
    cosine: Floats


@dataclass(frozen=True, slots=True)
class Assembly:
    """Groups are numbered by their first issue; `group_of_cell` holds them, `edges` all compared pairs of
    cells.
    """

    cells: Cells
    group_of_cell: Ints
    rows_in_cell: Ints
    edges: Edges

    @property
    def group_of_row(self) -> Ints:
        """The group of each issue."""
        return self.group_of_cell[self.cells.cell_of_row]

    @property
    def groups(self) -> int:
        """How many groups."""
        return int(self.group_of_cell.max(initial=-1)) + 1


def text_edges(likeness: Likeness, text_cells: Ints) -> Edges:
    """In, the likeness of texts and the cell of each text; out, the same between cells."""
    pairs = likeness.pairs
    return Edges(
        text_cells[pairs.left], text_cells[pairs.right], likeness.joining, likeness.shown, pairs.cosine
    )


def assemble(cells: Cells, edges: Edges, previous: pl.Series | None) -> Assembly:
    """In, cells, edges between them, and per row the pattern it was in before (or null); out, groups.

    A group of before is kept whole while its mean likeness stays at `RELEASE`; groups join while the mean
    over all pairs of their members stays at `JOIN`. The gap between the two keeps groups from flickering as
    the vocabulary grows, and makes a recompute of unchanged input change nothing.
    """
    units = int(cells.unit_of_cell.max(initial=-1)) + 1
    size = np.bincount(cells.unit_of_cell, minlength=units).astype(np.int64)
    left, right, total = unit_sums(cells, edges)
    start = np.arange(units, dtype=np.int64)
    if previous is not None and len(left):
        start = _kept_groups(_before(cells, previous, units), size, left, right, total, cells.cannot)
    nodes, node = np.unique(start, return_inverse=True)
    low, high, sums = _summed(node[left], node[right], total, len(nodes))
    apart = [(int(node[a]), int(node[b])) for a, b in cells.cannot]
    sizes = np.bincount(node, size, minlength=len(nodes)).astype(np.int64)
    root = average_link(len(nodes), low, high, sums, JOIN, sizes=sizes, cannot=apart, growth=GROWTH)
    group_of_cell = _numbered(root[node][cells.unit_of_cell], cells.first_row)
    rows = np.bincount(cells.cell_of_row, minlength=len(cells.key)).astype(np.int64)
    return Assembly(cells, group_of_cell, rows, edges)


def unit_sums(cells: Cells, edges: Edges) -> tuple[Ints, Ints, Floats]:
    """Edges between cells → summed likeness between units; weak edges count as absent."""
    strong = edges.joining >= EDGE_FLOOR
    a, b = cells.unit_of_cell[edges.left[strong]], cells.unit_of_cell[edges.right[strong]]
    return _summed(a, b, edges.joining[strong], int(cells.unit_of_cell.max(initial=-1)) + 1)


def _summed(a: Ints, b: Ints, value: Floats, count: int) -> tuple[Ints, Ints, Floats]:
    other = a != b
    low, high, value = np.minimum(a, b)[other], np.maximum(a, b)[other], value[other]
    order = np.lexsort((value, high, low))
    key, inverse = np.unique(low[order] * count + high[order], return_inverse=True)
    return (
        key // max(count, 1),
        key % max(count, 1),
        np.bincount(inverse, value[order], minlength=len(key)).astype(np.float64),
    )


def _before(cells: Cells, previous: pl.Series, units: int) -> Ints:
    """Per unit, the number of the pattern that most of its issues were in before; -1 for none."""
    votes = (
        pl.DataFrame({"unit": cells.unit_of_cell[cells.cell_of_row], "pattern": previous})
        .drop_nulls()
        .group_by("unit", "pattern")
        .len("issues")
        .sort(["unit", "issues", "pattern"], descending=[False, True, False])
        .unique("unit", keep="first", maintain_order=True)
    )
    before = np.full(units, -1, dtype=np.int64)
    before[votes["unit"].to_numpy()] = votes["pattern"].rank("dense").to_numpy().astype(np.int64)
    return before


def _kept_groups(
    before: Ints, size: Ints, left: Ints, right: Ints, total: Floats, cannot: list[tuple[int, int]]
) -> Ints:
    """Per unit, the smallest unit of its group of before if that group still holds, else itself."""
    known = before >= 0
    count = int(before.max(initial=-1)) + 1
    inside = (before[left] == before[right]) & known[left]
    mass = np.bincount(before[left[inside]], total[inside], minlength=count)
    members = np.bincount(before[known], size[known], minlength=count)
    squares = np.bincount(before[known], size[known] ** 2, minlength=count)
    pairs = (members**2 - squares) / 2.0
    holds = (pairs > 0) & (mass >= RELEASE * pairs - 1e-12)
    broken = [before[a] for a, b in cannot if before[a] == before[b] and before[a] >= 0]
    holds[np.array(broken, dtype=np.int64)] = False
    first = np.full(count, len(before), dtype=np.int64)
    np.minimum.at(first, before[known], np.flatnonzero(known))
    start = np.arange(len(before), dtype=np.int64)
    kept = known & holds[np.where(known, before, 0)] if count else known
    start[kept] = first[before[kept]]
    return start


def _numbered(labels: Ints, first_row: Ints) -> Ints:
    """Labels → 0, 1, 2 … in the order of each group's first issue."""
    names, inverse = np.unique(labels, return_inverse=True)
    earliest = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(earliest, inverse, first_row)
    place = np.empty(len(names), dtype=np.int64)
    place[np.argsort(earliest, kind="stable")] = np.arange(len(names))
    return place[inverse]


@dataclass(frozen=True, slots=True)
class Masses:
    """Summed likeness over the pairs of members, per group and per issue of each cell, and how many issues
    there are.
    """

    group_pairs: Floats  # summed likeness over all pairs of a group
    group_rows: Ints
    issue: Floats  # per cell: summed likeness of one of its issues to all others of the group

    @property
    def confidence(self) -> Floats:
        """Per group, the mean over all pairs; 0.95 for a group of one (a person put it there)."""
        pairs = self.group_rows * (self.group_rows - 1) / 2.0
        return np.where(pairs > 0, self.group_pairs / np.maximum(pairs, 1.0), PERSON_LIKENESS)


def likeness_masses(assembly: Assembly) -> Masses:
    """In, groups; out, what confidence is made of: absent pairs count as zero, pairs that a person joined as
    .95.
    """
    cells, group, rows = assembly.cells, assembly.group_of_cell, assembly.rows_in_cell
    own = atom_likeness(cells.key)
    in_unit = np.bincount(cells.unit_of_cell, rows, minlength=int(cells.unit_of_cell.max(initial=-1)) + 1)
    person = PERSON_LIKENESS * (in_unit[cells.unit_of_cell] - rows)
    issue = own * (rows - 1) + person
    edges = assembly.edges
    inside = (group[edges.left] == group[edges.right]) & (
        cells.unit_of_cell[edges.left] != cells.unit_of_cell[edges.right]
    )
    a, b, p = edges.left[inside], edges.right[inside], edges.shown[inside]
    issue = (
        issue
        + np.bincount(a, p * rows[b], minlength=len(rows))
        + np.bincount(b, p * rows[a], minlength=len(rows))
    )
    group_rows = np.bincount(group, rows, minlength=assembly.groups).astype(np.int64)
    pairs = np.bincount(group, issue * rows, minlength=assembly.groups) / 2.0
    return Masses(pairs, group_rows, issue.astype(np.float64))
