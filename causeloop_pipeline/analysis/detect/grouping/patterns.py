"""Groups issues into patterns: right, stable, sure of themselves, explained, and obedient to what people
said.

Every issue belongs to exactly one group. A group is a pattern from its second issue on; an issue without a
mate has no pattern until one comes (or a person links it).
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    Assembly,
    Edges,
    Masses,
    assemble,
    likeness_masses,
    text_edges,
)
from causeloop_pipeline.analysis.detect.grouping.atoms import Cells, atom_keys, form_cells
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration, status_of
from causeloop_pipeline.analysis.detect.grouping.feedback import VERDICTS, learn_from_verdicts
from causeloop_pipeline.analysis.detect.grouping.member_rows import member_rows
from causeloop_pipeline.analysis.detect.grouping.pattern_ids import Identities, name_groups
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex, build_index
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    median_repair,
    pattern_name,
    repairs,
    shared_dimensions,
    times_seen,
    trait_counts,
)
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import (
    Likeness,
    compare_texts,
    text_rows,
)
from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA, PATTERN_SCHEMA

__all__ = ["ALGORITHM_VERSION", "VERDICTS", "Grouping", "GroupingOptions", "group_issues"]

ALGORITHM_VERSION = "2"


class FingerprintMismatchError(ValueError):
    """The fingerprints are not those of the issues."""


@dataclass(frozen=True, slots=True)
class GroupingOptions:
    """A workspace's settings for grouping; `namespace` (its id) makes pattern ids unique across
    workspaces.
    """

    ai_confidence_threshold: float = 0.6
    ai_auto_link: bool = True
    demotion_margin: float = 0.05
    algorithm_version: str = ALGORITHM_VERSION
    namespace: str = ""
    keep_previous_groups: bool = True


@dataclass(frozen=True, slots=True)
class Grouping:
    """Patterns, who is in them and why, what became of earlier ids, and what later issues are assigned
    with.
    """

    patterns: pl.DataFrame
    members: pl.DataFrame
    lineage: pl.DataFrame
    index: PatternIndex
    recalibration: Recalibration = field(default_factory=Recalibration)


def group_issues(
    issues: pl.DataFrame,
    fingerprints: pl.DataFrame,
    *,
    constraints: pl.DataFrame | None = None,
    previous: pl.DataFrame | None = None,
    verdicts: pl.DataFrame | None = None,
    options: GroupingOptions | None = None,
) -> Grouping:
    """Groups all issues of a workspace.

    In: `ISSUES` and their `FINGERPRINT_SCHEMA`, any row order; `CONSTRAINTS`; `PREVIOUS` (optionally with
    `status`, the pattern's status before); verdicts (`VERDICTS`). Out: `PATTERN_SCHEMA`, `MEMBERS`, `LINEAGE`
    and the index. Same input, same bytes. Raises `ContradictionError`, `FingerprintMismatchError`,
    `IssueTableError`.

    Machine messages group by template, errors by in-app stack frames, people's texts by average link of a
    calibrated pair score (BM25 features, logistic), incidents without text by place and time. See the
    modules for the sources of the methods.
    """
    options = options or GroupingOptions()
    table = with_fingerprints(canonical_issues(issues), fingerprints)
    cells = form_cells(table, atom_keys(table), constraints)
    likeness, text_cells = _likeness(table, cells)
    edges = text_edges(likeness, text_cells) if likeness else _no_edges()
    before = _previous_patterns(table, previous) if options.keep_previous_groups else None
    assembly = assemble(cells, edges, before)
    masses = likeness_masses(assembly)
    identities, pattern_ids = _identities(table, assembly, masses, previous, options)
    learnt = learn_from_verdicts(table, assembly, masses, verdicts)
    texts = (likeness.corpus, likeness.lexicon, text_cells) if likeness else None
    members = member_rows(table, assembly, masses, pattern_ids, texts)
    members = members.with_columns(
        pl.Series(learnt.apply(members["confidence"].to_numpy()).round(6)).alias("confidence")
    )
    faces = pattern_faces(table, assembly, masses, identities.pattern_ids, pattern_ids)
    rows = table.with_columns(pl.Series("group", assembly.group_of_row))
    counts, repaired = trait_counts(rows), repairs(rows)
    shown = faces.with_columns(confidence=pl.Series(learnt.apply(masses.confidence))).filter("shown")
    ids = shown["group"].implode()
    patterns = finished_patterns(
        shown,
        counts.filter(pl.col("group").is_in(ids)),
        repaired.filter(pl.col("group").is_in(ids)),
        _active(previous),
        options,
    )
    index = build_index(table, assembly, faces, counts, repaired, (likeness, text_cells), learnt, members)
    return Grouping(patterns, members, identities.lineage, index, learnt)


def with_fingerprints(table: pl.DataFrame, fingerprints: pl.DataFrame) -> pl.DataFrame:
    """Canonical issues with their fingerprints' own columns. Raises `FingerprintMismatchError` if one has
    none.
    """
    own = ["kind", "template", "template_key", "trace_key", "time_of_day", "weekday"]
    missing = sorted(set(FINGERPRINT_SCHEMA.names()) - set(fingerprints.columns))
    if missing:
        raise FingerprintMismatchError(f"the fingerprints lack the columns {', '.join(missing)}")
    joined = table.join(
        fingerprints.select("issue_id", *own),
        on="issue_id",
        how="left",
        maintain_order="left",
        validate="1:1",
    )
    without = joined.filter(pl.col("kind").is_null())["issue_id"]
    if len(without):
        raise FingerprintMismatchError(
            f"issue {without[0]!r} has no fingerprint ({len(without)} of {table.height} have none)"
        )
    return joined


def _no_edges() -> Edges:
    none, zero = np.empty(0, dtype=np.int64), np.empty(0)
    return Edges(none, none, zero, zero, zero)


def _likeness(table: pl.DataFrame, cells: Cells) -> tuple[Likeness | None, Ints]:
    text_cells = np.array([at for at, key in enumerate(cells.key) if key.startswith("text:")], dtype=np.int64)
    if len(text_cells) == 0:
        return None, text_cells
    return compare_texts(text_rows(table[cells.first_row[text_cells].tolist()])), text_cells


def _previous_patterns(table: pl.DataFrame, previous: pl.DataFrame | None) -> pl.Series | None:
    if previous is None or previous.height == 0:
        return None
    known = previous.select("issue_id", "pattern_id").unique("issue_id", keep="any")
    return table.select("issue_id").join(known, on="issue_id", how="left", maintain_order="left")[
        "pattern_id"
    ]


def _active(previous: pl.DataFrame | None) -> set[str]:
    if previous is None or "status" not in previous.columns:
        return set()
    return set(previous.filter(pl.col("status") == "active")["pattern_id"].to_list())


def pattern_faces(
    table: pl.DataFrame, assembly: Assembly, masses: Masses, ids: list[str], shown: list[str | None]
) -> pl.DataFrame:
    """One row per group, in the order of their numbers: who it is, how large, how sure, and the text that
    stands for it.
    """
    representative = representative_rows(assembly, masses).tolist()
    first = np.full(assembly.groups, table.height, dtype=np.int64)
    np.minimum.at(first, assembly.group_of_cell, assembly.cells.first_row)
    linked = np.isin(np.arange(assembly.groups), assembly.group_of_row[sorted(assembly.cells.spoken)])
    texts = table[representative].select("kind", pl.coalesce("template", "title").alias("text"))
    rows = table.select("source_created_at").with_columns(pl.Series("group", assembly.group_of_row))
    return pl.DataFrame(
        {
            "group": np.arange(assembly.groups, dtype=np.int64),
            "pattern_id": pl.Series(ids, dtype=pl.String),
            "founder": table["issue_id"].gather(first.tolist()),
            "kind": texts["kind"],
            "text": texts["text"],
            "mass": masses.group_pairs,
            "cells": np.bincount(assembly.group_of_cell, minlength=assembly.groups).astype(np.int64),
            "linked": linked,
            "shown": pl.Series([name is not None for name in shown], dtype=pl.Boolean),
        }
    ).join(times_seen(rows), on="group", maintain_order="left")


def _identities(
    table: pl.DataFrame,
    assembly: Assembly,
    masses: Masses,
    previous: pl.DataFrame | None,
    options: GroupingOptions,
) -> tuple[Identities, list[str | None]]:
    """Ids of all groups, and the same with None for groups that are no pattern."""
    first = np.full(assembly.groups, table.height, dtype=np.int64)
    np.minimum.at(first, assembly.group_of_cell, assembly.cells.first_row)
    founders = table["issue_id"].gather(first.tolist()).to_list()
    members = table.select("issue_id").with_columns(
        pl.Series("group", assembly.group_of_row.astype(np.uint32))
    )
    identities = name_groups(founders, members, previous, options.namespace)
    linked = {int(assembly.group_of_row[row]) for row in assembly.cells.spoken}
    ids = [
        name if rows >= 2 or group in linked else None
        for group, (name, rows) in enumerate(
            zip(identities.pattern_ids, masses.group_rows.tolist(), strict=True)
        )
    ]
    return identities, ids


def finished_patterns(
    faces: pl.DataFrame,
    counts: pl.DataFrame,
    repaired: pl.DataFrame,
    active: set[str],
    options: GroupingOptions,
) -> pl.DataFrame:
    """In, per pattern its `FACES` row; trait counts and repairs of their members; the ids that were active;
    out, `PATTERN_SCHEMA`, by id.
    """
    table = (
        faces.join(shared_dimensions(counts, faces.select("group", "issue_count")), on="group")
        .join(median_repair(repaired), on="group", how="left")
        .sort("pattern_id")
    )
    names = [pattern_name(*face) for face in table.select("kind", "text", "fingerprint").iter_rows()]
    confidence = table["confidence"].to_numpy().round(6)
    was_active = np.array([name in active for name in table["pattern_id"].to_list()], dtype=bool)
    status = status_of(confidence, was_active, options.ai_confidence_threshold, options.demotion_margin)
    if not options.ai_auto_link:
        status = [
            now if linked else "emerging"
            for now, linked in zip(status, table["linked"].to_list(), strict=True)
        ]
    return table.with_columns(
        pl.Series("name", names, dtype=pl.String),
        pl.Series("status", status, dtype=pl.String),
        pl.Series("confidence", confidence),
    ).select(pl.col(name).cast(kind) for name, kind in PATTERN_SCHEMA.items())


def representative_rows(assembly: Assembly, masses: Masses) -> Ints:
    """Per group, the first issue of the cell most like all the others."""
    order = np.lexsort((assembly.cells.first_row, -masses.issue.round(9), assembly.group_of_cell))
    groups, first = np.unique(assembly.group_of_cell[order], return_index=True)
    rows = np.zeros(assembly.groups, dtype=np.int64)
    rows[groups] = assembly.cells.first_row[order[first]]
    return rows
