"""Member rows: one per issue of a pattern, with its similarity, confidence, reason and the nearest other
pattern.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import is_retold
from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    MIN_EDGE_PROBABILITY,
    ComparedTexts,
    GroupedAtoms,
    SimilaritySums,
)
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    Reason,
    explain_burst,
    explain_recurrence,
    explain_retold_template,
    explain_same_text,
    explain_similarity_shortfall,
    explain_storm,
    explain_template,
    explain_terms,
    explain_trace,
    explain_user_link,
    find_nearest_templates,
    find_shared_terms,
    spell_shared_terms,
)
from causeloop_pipeline.model.frames import MEMBER_SCHEMA
from causeloop_pipeline.model.nested_columns import MEMBERSHIP_REASON


@dataclass(frozen=True, slots=True)
class _AtomsToExplain:
    """Atoms in groups, the first issue of each, and which are in a pattern."""

    grouped: GroupedAtoms
    first_issues: pl.DataFrame
    in_pattern: Bools
    kinds: list[str]  # of each atom's key: template, copy, burst, storm or text

    def in_pattern_of_kind(self, kind: str) -> Ints:
        return np.flatnonzero(self.in_pattern & (np.array(self.kinds) == kind))


@dataclass(frozen=True, slots=True)
class _NearestGroup:
    """The group that an atom came closest to without being put into it."""

    atom: int
    group: int
    shortfall: str


def build_member_rows(
    table: pl.DataFrame,
    grouped: GroupedAtoms,
    sums: SimilaritySums,
    pattern_ids: list[str | None],
    compared: ComparedTexts | None,
) -> pl.DataFrame:
    """Builds the members of all patterns.

    In: canonical issues in groups, their similarity, each group's id (None: no pattern), the compared texts.
    Out: `MEMBER_SCHEMA`, by pattern and issue; `confidence` is not yet recalibrated.
    """
    atoms = grouped.atoms
    is_pattern = np.array([pattern_id is not None for pattern_id in pattern_ids], dtype=bool)
    to_explain = _AtomsToExplain(
        grouped=grouped,
        first_issues=table[atoms.first_row.tolist()],
        in_pattern=is_pattern[grouped.group_of_atom],
        kinds=[key.partition(":")[0] for key in atoms.keys],
    )
    reason, similarity = _explain_memberships(to_explain, compared)
    is_alone = sums.group_rows[grouped.group_of_atom] == 1
    for atom in np.flatnonzero(is_alone & to_explain.in_pattern):
        reason[atom], similarity[atom] = explain_recurrence(), 1.0
    nearest, shortfall = _find_nearest_groups(table, to_explain)
    other_members = np.maximum(sums.group_rows[grouped.group_of_atom] - 1, 1)
    mean_similarity = np.clip(sums.of_issue / other_members, 0.0, 1.0)
    by_atom = pl.DataFrame(
        {
            "pattern_id": [pattern_ids[group] for group in grouped.group_of_atom.tolist()],
            "similarity": np.clip(similarity, 0.0, 1.0).round(6),
            "confidence": np.where(is_alone, sums.confidence[grouped.group_of_atom], mean_similarity),
            "reason": reason,
            "nearest_pattern_id": [None if group < 0 else pattern_ids[group] for group in nearest.tolist()],
            "nearest_missing": shortfall,
        },
        schema={name: kind for name, kind in MEMBER_SCHEMA.items() if name != "issue_id"},
    )
    rows = by_atom[atoms.atom_of_row].with_columns(table["issue_id"])
    rows = _explain_retold_templates(rows, table)
    return (
        _explain_user_links(rows, atoms.linked_to)
        .drop_nulls("pattern_id")
        .select(MEMBER_SCHEMA.names())
        .sort("pattern_id", "issue_id")
    )


def _explain_retold_templates(rows: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Says of people's reports in a machine's words that they are so."""
    retold = table.select(pl.when(is_retold()).then(pl.col("template").fill_null("")))["template"]
    if retold.null_count() == table.height:
        return rows
    reasons = [None if template is None else explain_retold_template(template) for template in retold]
    return rows.with_columns(
        pl.coalesce(pl.Series(reasons, dtype=MEMBERSHIP_REASON), "reason").alias("reason")
    )


def _explain_user_links(rows: pl.DataFrame, linked_to: dict[int, str]) -> pl.DataFrame:
    """Puts the reason of a user's link in place of any other."""
    if not linked_to:
        return rows
    reasons = [explain_user_link(linked_to[row]) if row in linked_to else None for row in range(rows.height)]
    links = pl.Series(reasons, dtype=MEMBERSHIP_REASON)
    return rows.with_columns(pl.coalesce(links, "reason").alias("reason"))


def _explain_memberships(
    to_explain: _AtomsToExplain, compared: ComparedTexts | None
) -> tuple[list[Reason | None], Floats]:
    """Per atom, the reason and the similarity of its issues to their pattern."""
    reasons: list[Reason | None] = [None] * len(to_explain.kinds)
    similarity = np.array([1.0] * len(to_explain.kinds))
    columns = ("template", "trace_key", "service", "component", "title")
    values = to_explain.first_issues.select(columns).iter_rows()
    for atom, (template, trace_key, service, component, title) in enumerate(values):
        if not to_explain.in_pattern[atom]:
            continue
        match to_explain.kinds[atom]:
            case "template":
                reasons[atom] = explain_template(template or "")
            case "copy":
                reasons[atom] = explain_trace(trace_key or "")
            case "storm":
                reasons[atom] = explain_storm()
                similarity[atom] = ATOM_SIMILARITY["storm"]
            case "burst":
                reasons[atom] = explain_burst(service, component)
                measured = to_explain.grouped.atoms.measured
                similarity[atom] = measured.get(to_explain.grouped.atoms.keys[atom], ATOM_SIMILARITY["burst"])
            case _:
                reasons[atom] = explain_same_text(title or "")
    if compared is not None:
        _explain_compared_texts(to_explain, compared, reasons, similarity)
    return reasons, similarity


def _explain_compared_texts(
    to_explain: _AtomsToExplain,
    compared: ComparedTexts,
    reasons: list[Reason | None],
    similarity: Floats,
) -> None:
    """Sets the reason of each text to what it shares with the most similar member."""
    neighbours = _find_most_similar_members(to_explain)
    atoms, neighbour_atoms = neighbours["atom"].to_list(), neighbours["neighbour"].to_list()
    text_of_atom = {atom: text for text, atom in enumerate(compared.atoms.tolist())}
    left = np.array([text_of_atom[atom] for atom in atoms], dtype=np.int64)
    right = np.array([text_of_atom[atom] for atom in neighbour_atoms], dtype=np.int64)

    corpus, lexicon = compared.similarity.corpus, compared.similarity.lexicon
    stems = find_shared_terms(corpus, corpus, lexicon, left, right)
    terms = spell_shared_terms(stems, to_explain.first_issues[atoms])
    neighbour_ids = to_explain.first_issues["issue_id"].gather(neighbour_atoms).to_list()
    cosines = neighbours["cosine"].to_list()
    for atom, shared, neighbour, cosine in zip(atoms, terms, neighbour_ids, cosines, strict=True):
        reasons[atom], similarity[atom] = explain_terms(shared, neighbour), cosine


def _edges_in_both_directions(grouped: GroupedAtoms, chosen: Bools) -> pl.DataFrame:
    """Frame(atom, neighbour, probability, cosine) of those of the chosen edges that were compared."""
    edges = grouped.edges
    chosen = chosen & ~np.isnan(edges.cosine)
    left, right = edges.left[chosen], edges.right[chosen]
    return pl.DataFrame(
        {
            "atom": np.concatenate([left, right]),
            "neighbour": np.concatenate([right, left]),
            "probability": np.tile(edges.probability[chosen], 2),
            "cosine": np.tile(edges.cosine[chosen], 2),
        }
    )


def _find_most_similar_members(to_explain: _AtomsToExplain) -> pl.DataFrame:
    """Per atom of text, the most similar other atom of its pattern."""
    grouped, in_pattern = to_explain.grouped, to_explain.in_pattern
    edges, group = grouped.edges, grouped.group_of_atom
    is_inside = group[edges.left] == group[edges.right]
    is_strong = edges.probability >= MIN_EDGE_PROBABILITY
    return (
        _edges_in_both_directions(grouped, is_inside & in_pattern[edges.left] & is_strong)
        .sort(["atom", "probability", "neighbour"], descending=[False, True, False])
        .unique("atom", keep="first", maintain_order=True)
    )


def _find_nearest_groups(table: pl.DataFrame, to_explain: _AtomsToExplain) -> tuple[Ints, list[str | None]]:
    """Per atom, the nearest group that it was not put into (-1: none), and what was missing."""
    nearest = np.full(len(to_explain.kinds), -1, dtype=np.int64)
    shortfall: list[str | None] = [None] * len(nearest)
    for near in (
        *_nearest_groups_of_texts(to_explain),
        *_nearest_groups_of_templates(to_explain),
        *_nearest_groups_of_bursts(table, to_explain),
    ):
        nearest[near.atom], shortfall[near.atom] = near.group, near.shortfall
    return nearest, shortfall


def _nearest_groups_of_texts(to_explain: _AtomsToExplain) -> list[_NearestGroup]:
    grouped, in_pattern = to_explain.grouped, to_explain.in_pattern
    edges, group = grouped.edges, grouped.group_of_atom
    is_outside = group[edges.left] != group[edges.right]
    near = _edges_in_both_directions(grouped, is_outside & (in_pattern[edges.left] | in_pattern[edges.right]))
    near = near.with_columns(pl.Series("group", group[near["neighbour"].to_numpy()]))
    near = near.filter(
        pl.Series(in_pattern[near["atom"].to_numpy()] & in_pattern[near["neighbour"].to_numpy()])
    )
    atoms_in_group = np.bincount(group, minlength=grouped.group_count)
    sizes = pl.DataFrame(
        {
            "group": np.arange(grouped.group_count, dtype=np.int64),
            "atoms": atoms_in_group.astype(np.int64),
        }
    )
    nearest = (
        near.group_by("atom", "group")
        .agg(pl.col("probability").sum().alias("total"), pl.col("probability").max().alias("best"))
        .join(sizes, on="group")
        .with_columns((pl.col("total") / pl.col("atoms")).alias("mean"))
        .sort(["atom", "mean", "best", "group"], descending=[False, True, True, False])
        .unique("atom", keep="first", maintain_order=True)
    )
    needed = grouped.growth_threshold
    return [
        _NearestGroup(atom, other, explain_similarity_shortfall(mean, needed, best))
        for atom, other, mean, best in nearest.select("atom", "group", "mean", "best").iter_rows()
    ]


def _nearest_groups_of_templates(to_explain: _AtomsToExplain) -> list[_NearestGroup]:
    atoms = to_explain.in_pattern_of_kind("template")
    if len(atoms) == 0:
        return []
    templates = to_explain.first_issues["template"].gather(atoms).fill_null("").to_list()
    group = to_explain.grouped.group_of_atom
    return [
        _NearestGroup(int(atom), int(group[atoms[near[0]]]), near[1])
        for atom, near in zip(atoms, find_nearest_templates(templates), strict=True)
        if near is not None and group[atoms[near[0]]] != group[atom]
    ]


def _nearest_groups_of_bursts(table: pl.DataFrame, to_explain: _AtomsToExplain) -> list[_NearestGroup]:
    """The nearest group of a burst is the one before it at the same place."""
    grouped = to_explain.grouped
    atoms = to_explain.in_pattern_of_kind("burst")
    if len(atoms) == 0:
        return []
    last_row = np.zeros(len(grouped.atoms.keys), dtype=np.int64)
    last_row[grouped.atoms.atom_of_row] = np.arange(table.height)
    bursts = (
        to_explain.first_issues[atoms.tolist()]
        .select("service", "component", pl.col("source_created_at").alias("began"))
        .with_columns(
            pl.Series("atom", atoms), table["source_created_at"].gather(last_row[atoms]).alias("ended")
        )
        .sort("began", "atom", nulls_last=True)
    )
    last_at_place: dict[tuple[str | None, str | None], tuple[int, datetime]] = {}
    nearest: list[_NearestGroup] = []
    for service, component, began, atom, ended in bursts.iter_rows():
        previous = last_at_place.get((service, component))
        if previous is not None and began is not None:
            previous_group = int(grouped.group_of_atom[previous[0]])
            if previous_group != grouped.group_of_atom[atom]:
                days = (began - previous[1]).total_seconds() / 86_400
                shortfall = f"it ended {days:.1f} days before: too long for one burst at this place"
                nearest.append(_NearestGroup(atom, previous_group, shortfall))
        if ended is not None:
            last_at_place[service, component] = (atom, ended)
    return nearest
