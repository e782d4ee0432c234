"""Assigns new issues to the patterns of an index: cost follows the new issues, history is not touched, no
group is rearranged.

New issues join groups or found new ones; groups of before never merge or split here, that is what the
recompute is for.
"""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.assignment.assign_by_key import Arrivals, place_keyed
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import Placed, place_texts
from causeloop_pipeline.analysis.detect.assignment.new_member_rows import nearest_messages, newcomer_rows
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import learn_templates, with_templates
from causeloop_pipeline.analysis.detect.grouping.bursts import place_of
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_LIKENESS, PERSON_LIKENESS
from causeloop_pipeline.analysis.detect.grouping.pattern_ids import founded_id
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex, UnreadableIndexError
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import repairs, times_seen, trait_counts
from causeloop_pipeline.analysis.detect.grouping.patterns import (
    Grouping,
    GroupingOptions,
    finished_patterns,
    with_fingerprints,
)
from causeloop_pipeline.model.frames import LINEAGE_SCHEMA, MEMBER_SCHEMA, PATTERN_SCHEMA

__all__ = ["PatternIndex", "UnreadableIndexError", "assign_issues"]


_FEW = 8


def assign_issues(
    issues: pl.DataFrame,
    fingerprints: pl.DataFrame,
    index: PatternIndex,
    *,
    constraints: pl.DataFrame | None = None,
    options: GroupingOptions | None = None,
) -> Grouping:
    """Assigns new issues.

    In: new `ISSUES` and their `FINGERPRINTS` (what needs the workspace to be told, kind and template, is
    told anew by the index), the index of the last grouping, all `CONSTRAINTS`. Out: the delta: `MEMBER_SCHEMA`
    rows to upsert (of new issues, and of an older issue whose first mate came), `PATTERN_SCHEMA` rows to upsert,
    no lineage, and the index with the new issues in it. Issues that the index already holds are left as they
    are. Raises `ContradictionError`, `IssueTableError`. A fact between two OLD issues takes effect at the
    next `group_issues`.
    """
    options = options or GroupingOptions()
    table = canonical_issues(issues)
    known = index.holds(table["issue_id"])
    table = table.filter(~known) if known.any() else table
    if table.height == 0:
        return Grouping(
            pl.DataFrame(schema=PATTERN_SCHEMA),
            pl.DataFrame(schema=MEMBER_SCHEMA),
            pl.DataFrame(schema=LINEAGE_SCHEMA),
            index,
        )
    marked, book = learn_templates(table, index.book)
    table = with_templates(
        with_fingerprints(marked.drop("kind"), fingerprints).with_columns(marked["kind"]), book
    )
    places = place_keyed(table, index, constraints)
    texts = [row for row, key in enumerate(places.keys) if key.startswith("text:")]
    placed = place_texts(table, texts, places.group, places.barred, index)
    return _delta(places, placed, replace(index, book=book), options)


def _present(column: pl.Series, wanted: list[str]) -> list[str]:
    """Which of some values a long column holds; a few are found sooner one after another."""
    if len(wanted) <= _FEW:
        return [value for value in wanted if (column == value).any()]
    return column.filter(column.is_in(wanted)).to_list()


def _delta(places: Arrivals, placed: Placed, index: PatternIndex, options: GroupingOptions) -> Grouping:
    """The new index, and the rows that differ from before."""
    fresh = [group for group in dict.fromkeys(places.group.tolist()) if group >= places.known]
    renumber = {group: places.known + at for at, group in enumerate(fresh)}
    group = np.array([renumber.get(g, g) for g in places.group.tolist()], dtype=np.int64)
    rows = places.table.with_columns(pl.Series("group", group))
    touched = sorted(set(group.tolist()))
    before = index.group_ledger.rows_of(touched)
    likeness = _likeness(places, placed, group, before)
    faces = _faces(rows, before, likeness, index, options)
    grown = _grown(index, rows, faces, placed, places)
    shown = faces.filter("shown")
    if shown.height == 0:
        nothing = pl.DataFrame(schema=MEMBER_SCHEMA)
        patterns = pl.DataFrame(schema=PATTERN_SCHEMA)
        return Grouping(patterns, nothing, pl.DataFrame(schema=LINEAGE_SCHEMA), grown, index.recalibration)
    learnt = index.recalibration.apply(
        (shown["mass"] / (shown["issue_count"] * (shown["issue_count"] - 1) / 2)).clip(0, 1).to_numpy()
    )
    patterns = finished_patterns(
        shown.with_columns(pl.Series("confidence", learnt)),
        grown.count_ledger.rows_of(shown["group"].to_list()),
        grown.repaired.filter(pl.col("group").is_in(shown["group"].implode())),
        set(),
        options,
    )
    near = nearest_messages(rows, shown, index)
    members = newcomer_rows(places, placed, rows, likeness, before, shown, near, index)
    unheard = near.filter(~pl.col("group").is_in(index.nearest["group"].implode()))
    grown = replace(grown, nearest=pl.concat([index.nearest, unheard]))
    return Grouping(patterns, members, pl.DataFrame(schema=LINEAGE_SCHEMA), grown, index.recalibration)


def _likeness(places: Arrivals, placed: Placed, group: Ints, before: pl.DataFrame) -> NDArray[np.float64]:
    """Per new issue, the mean likeness to the issues that were in its group before it."""
    sure = {
        g: mass / max(n * (n - 1) / 2, 1) if n > 1 else 1.0
        for g, mass, n in before.select("group", "mass", "issue_count").iter_rows()
    }
    found = np.empty(len(group))
    for row, key in enumerate(places.keys):
        kind = key.partition(":")[0]
        if row in places.forced:
            found[row] = PERSON_LIKENESS
        elif kind == "text":
            found[row] = placed.likeness[row]
        else:
            found[row] = min(ATOM_LIKENESS[kind], sure.get(int(group[row]), 1.0))
    return found


def _faces(
    rows: pl.DataFrame,
    before: pl.DataFrame,
    likeness: NDArray[np.float64],
    index: PatternIndex,
    options: GroupingOptions,
) -> pl.DataFrame:
    """The touched groups as they are now."""
    numbered = rows.with_columns(
        pl.Series("likeness", likeness), pl.int_range(pl.len()).over("group").alias("nth")
    )
    joined = (
        numbered.group_by("group")
        .agg(
            (pl.col("likeness") * pl.col("nth")).sum().alias("inner"),
            pl.col("likeness").sum().alias("outer"),
            pl.col("issue_id").first().alias("first_id"),
            pl.col("kind").first().alias("first_kind"),
            pl.coalesce("template", "title").first().alias("first_text"),
            (~pl.col("template").is_null() | ~pl.col("trace_key").is_null())
            .not_()
            .sum()
            .cast(pl.Int64)
            .alias("texts"),
        )
        .join(
            times_seen(rows).rename(
                {"issue_count": "more", "first_seen_at": "first", "last_seen_at": "last"}
            ),
            on="group",
        )
        .join(before, on="group", how="left")
        .sort("group")
    )
    names = _names(joined, index, options.namespace)
    count = pl.col("issue_count").fill_null(0) + pl.col("more")
    return joined.select(
        "group",
        pl.Series("pattern_id", names, dtype=pl.String),
        pl.coalesce("founder", "first_id").alias("founder"),
        pl.coalesce("kind", "first_kind").alias("kind"),
        pl.coalesce("text", "first_text").alias("text"),
        (
            pl.col("mass").fill_null(0.0)
            + pl.col("inner")
            + pl.col("outer") * pl.col("issue_count").fill_null(0)
        ).alias("mass"),
        (pl.col("cells").fill_null(0) + pl.col("texts")).alias("cells"),
        pl.col("linked").fill_null(value=False),
        (count >= 2).alias("shown"),
        count.alias("issue_count"),
        pl.min_horizontal("first_seen_at", "first").alias("first_seen_at"),
        pl.max_horizontal("last_seen_at", "last").alias("last_seen_at"),
    )


def _names(joined: pl.DataFrame, index: PatternIndex, namespace: str) -> list[str]:
    """Ids of before, and new ones for new groups; never one that another group has."""
    rows = joined.select("pattern_id", "first_id").rows()
    wanted = [founded_id(namespace, founder) for name, founder in rows if name is None]
    ledger = index.group_ledger
    taken = {*_present(ledger.settled["pattern_id"], wanted), *_present(ledger.recent["pattern_id"], wanted)}
    names = []
    for name, founder in rows:
        attempt, found = 0, name
        while found is None:
            candidate = founded_id(namespace, founder, attempt)
            found = None if candidate in taken else candidate
            attempt += 1
        names.append(found)
    return names


def _grown(
    index: PatternIndex, rows: pl.DataFrame, faces: pl.DataFrame, placed: Placed, places: Arrivals
) -> PatternIndex:
    fresh = (
        pl.DataFrame({"key": places.keys, "group": rows["group"]})
        .filter(~pl.col("key").str.ends_with(":"))
        .filter((pl.col("group") >= index.group_count) | ~pl.col("key").is_in(index.keys["key"].implode()))
        .unique()
        .sort("key", "group")
    )
    known = index.count_ledger.rows_of(faces["group"].to_list())
    counts = (
        pl.concat([known, trait_counts(rows)])
        .group_by("group", "name", "value")
        .agg(pl.col("count").sum())
        .sort("group", "name", "value")
    )
    spans = (
        rows.with_columns(place_of(rows))
        .filter((pl.col("kind") == "structured") & pl.col("trace_key").is_null())
        .select(
            "place",
            pl.col("source_created_at").alias("began"),
            pl.col("source_created_at").alias("ended"),
            "group",
        )
        .drop_nulls()
        .sort("place", "began", "group")
    )
    return replace(
        index,
        group_ledger=index.group_ledger.with_groups(faces),
        group_count=max([index.group_count - 1, *faces["group"].to_list()]) + 1,
        members=pl.concat([index.members, rows.select("issue_id", "group")]),
        keys=pl.concat([index.keys, fresh]),
        count_ledger=index.count_ledger.with_groups(counts),
        repaired=pl.concat([index.repaired, repairs(rows)]),
        bursts=pl.concat([index.bursts, spans]),
        lexicon=placed.lexicon,
        segments=placed.segments(rows["group"].to_numpy()),
    )
