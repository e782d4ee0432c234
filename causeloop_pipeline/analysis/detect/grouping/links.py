"""Links: which of the groups that may have one cause are sure enough to be patterns, by themselves.

Groups are found at the threshold that serves their F1 best. In most trackers that is far below what anybody
would call sure, so within each group only those issues are linked whose mean similarity reaches the
workspace's threshold. Average linkage is a tree: the linked groups are the same tree, cut higher.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.agglomeration import Edges, GroupedAtoms, group_atoms
from causeloop_pipeline.analysis.detect.grouping.atoms import Atoms
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration, find_atom_similarities

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class LinkRule:
    """From which mean similarity on (before recalibration) issues are linked, and from which earlier links
    stay; both are infinite and zero where only people link.
    """

    threshold: float
    keep_threshold: float

    @staticmethod
    def of(
        threshold: float, margin: float, *, is_automatic: bool, recalibration: Recalibration
    ) -> "LinkRule":
        """The rule of a workspace whose confidence is displayed after a recalibration."""
        if not is_automatic:
            return LinkRule(float("inf"), 0.0)
        return LinkRule(recalibration.invert(threshold), recalibration.invert(max(threshold - margin, 0.0)))

    def cuts(self, merge_threshold: float) -> bool:
        """Whether it asks for more than groups found at a threshold have."""
        return self.threshold > merge_threshold


def link_groups(candidates: GroupedAtoms, previous: pl.Series | None, rule: LinkRule) -> GroupedAtoms:
    """Keeps together within each group only what is sure enough.

    In: groups that may have one cause, per row the pattern it was in before (or null), the rule. Out: the
    groups that are linked, each within one candidate; what a person linked stays together. Atoms keep their
    numbers; issues of an atom that is not sure enough become atoms of their own, after them.
    """
    if not rule.cuts(candidates.merge_threshold):
        return candidates
    atoms, group_of_atom = _part_weak_atoms(candidates, previous, rule)
    edges = candidates.edges
    is_inside = group_of_atom[edges.left] == group_of_atom[edges.right]
    inside = Edges(*(column[is_inside] for column in _columns(edges)))
    linked = group_atoms(
        atoms, inside, previous, rule.threshold, keep_threshold=rule.keep_threshold, growth=0.0
    )
    return replace(linked, edges=edges)


def _columns(edges: Edges) -> tuple[Ints, Ints, Floats, Floats]:
    return edges.left, edges.right, edges.probability, edges.cosine


def _part_weak_atoms(
    candidates: GroupedAtoms, previous: pl.Series | None, rule: LinkRule
) -> tuple[Atoms, Ints]:
    """The atoms without issues that are not surely of one cause, and the candidate group of each."""
    atoms = candidates.atoms
    leaving = np.flatnonzero(~_stays(atoms, previous, rule))
    if len(leaving) == 0:
        return atoms, candidates.group_of_atom
    count, own_atom = len(atoms.keys), atoms.atom_of_row[leaving]
    atom_of_row = atoms.atom_of_row.copy()
    atom_of_row[leaving] = count + np.arange(len(leaving))
    first_row = np.full(count + len(leaving), len(atom_of_row), dtype=np.int64)
    np.minimum.at(first_row, atom_of_row, np.arange(len(atom_of_row)))
    own_units = atoms.unit_count + np.arange(len(leaving))
    parted = replace(
        atoms,
        atom_of_row=atom_of_row,
        unit_of_atom=np.concatenate([atoms.unit_of_atom, own_units]),
        first_row=first_row,
        keys=[*atoms.keys, *(atoms.keys[atom] for atom in own_atom.tolist())],
    )
    return parted, np.concatenate([candidates.group_of_atom, candidates.group_of_atom[own_atom]])


def _stays(atoms: Atoms, previous: pl.Series | None, rule: LinkRule) -> Bools:
    """Per row, whether it stays in its atom: the atom is sure enough, the row was linked, or it is alone."""
    similarity = find_atom_similarities(atoms.keys, atoms.copy_similarity, atoms.measured)
    atom = atoms.atom_of_row
    stays = (similarity >= rule.threshold - _TOLERANCE)[atom]
    stays[sorted(atoms.linked_to)] = True
    may_keep = (similarity >= rule.keep_threshold - _TOLERANCE)[atom] & ~stays
    if previous is not None and may_keep.any():
        stays |= may_keep & _was_with_its_atom(atom, previous)
    has_staying = np.zeros(len(atoms.keys), dtype=bool)
    has_staying[atom[stays]] = True
    first = atoms.first_row[~has_staying]
    stays[first] = True
    return stays


def _was_with_its_atom(atom: Ints, previous: pl.Series) -> Bools:
    """Per row, whether it was in the pattern that most issues of its atom were in."""
    rows = pl.DataFrame({"atom": atom, "pattern": previous})
    main = (
        rows.drop_nulls()
        .group_by("atom", "pattern")
        .len("issues")
        .sort(["atom", "issues", "pattern"], descending=[False, True, False])
        .unique("atom", keep="first", maintain_order=True)
        .select("atom", main="pattern")
    )
    joined = rows.join(main, on="atom", how="left", maintain_order="left")
    return (joined["pattern"] == joined["main"]).fill_null(value=False).to_numpy()
