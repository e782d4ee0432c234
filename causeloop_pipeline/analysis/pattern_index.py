"""Assigns new issues to the patterns of an index: cost follows the new issues, history is not touched, no
group is rearranged.

New issues join groups or found new ones; groups of before never merge or split here, that is what the
recompute is for.
"""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrivals import Arrivals, place_keyed
from causeloop_pipeline.analysis.bursts import place_of
from causeloop_pipeline.analysis.confidence import ATOM_LIKENESS, PERSON_LIKENESS
from causeloop_pipeline.analysis.fingerprint import learn_templates, with_templates
from causeloop_pipeline.analysis.frames import LINEAGE, MEMBERS
from causeloop_pipeline.analysis.identity import founded_id
from causeloop_pipeline.analysis.issue_table import canonical_issues
from causeloop_pipeline.analysis.learnt_index import PatternIndex, UnreadableIndexError
from causeloop_pipeline.analysis.membership import (
    burst_reason,
    person_reason,
    same_text_reason,
    template_reason,
    trace_reason,
)
from causeloop_pipeline.analysis.patterns import (
    Grouping,
    GroupingOptions,
    finished_patterns,
    with_fingerprints,
)
from causeloop_pipeline.analysis.portraits import COUNTED, repairs, times_seen, trait_counts
from causeloop_pipeline.analysis.text_assignment import Placed, place_texts

__all__ = ["PatternIndex", "UnreadableIndexError", "assign_issues"]

Ints = NDArray[np.int64]


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
    told anew by the index), the index of the last grouping, all `CONSTRAINTS`. Out: the delta: `MEMBERS`
    rows to upsert (of new issues, and of an older issue whose first mate came), `PATTERNS` rows to upsert,
    no lineage, and the index with the new issues in it. Issues that the index already holds are left as they
    are. Raises `ContradictionError`, `IssueTableError`. A fact between two OLD issues takes effect at the
    next `group_issues`.
    """
    options = options or GroupingOptions()
    table = canonical_issues(issues)
    old = index.members.lazy().filter(pl.col("issue_id").is_in(table["issue_id"].implode())).collect()
    table = table.join(old, on="issue_id", how="anti", maintain_order="left")
    if table.height == 0:
        return Grouping(
            _no(index.group_ledger.settled, options),
            pl.DataFrame(schema=MEMBERS),
            pl.DataFrame(schema=LINEAGE),
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


def _no(groups: pl.DataFrame, options: GroupingOptions) -> pl.DataFrame:
    none = groups.clear().with_columns(pl.lit(None, pl.Float64).alias("confidence"))
    counts = pl.DataFrame(schema={"group": pl.Int64, **COUNTED})
    repaired = pl.DataFrame(schema={"group": pl.Int64, "seconds": pl.Int64})
    return finished_patterns(none, counts, repaired, set(), options)


def _delta(places: Arrivals, placed: Placed, index: PatternIndex, options: GroupingOptions) -> Grouping:
    """The new index, and the rows that differ from before."""
    order = pl.Series(places.group).unique(maintain_order=True).to_list()
    fresh = [group for group in order if group >= places.known]
    renumber = {group: places.known + at for at, group in enumerate(fresh)}
    group = np.array([renumber.get(g, g) for g in places.group.tolist()], dtype=np.int64)
    rows = places.table.with_columns(pl.Series("group", group))
    touched = sorted(set(group.tolist()))
    before = index.group_ledger.rows_of(touched)
    likeness = _likeness(places, placed, group, before)
    faces = _faces(rows, before, likeness, index, options)
    grown = _grown(index, rows, faces, placed, places)
    shown = faces.filter("shown")
    learnt = index.recalibration.apply(
        (shown["mass"] / (shown["issue_count"] * (shown["issue_count"] - 1) / 2)).clip(0, 1).to_numpy()
    )
    ids = shown["group"].implode()
    patterns = finished_patterns(
        shown.with_columns(pl.Series("confidence", learnt)),
        grown.count_ledger.rows_of(shown["group"].to_list()),
        grown.repaired.filter(pl.col("group").is_in(ids)),
        set(),
        options,
    )
    members = _members(places, placed, rows, likeness, before, shown, index)
    return Grouping(patterns, members, pl.DataFrame(schema=LINEAGE), grown, index.recalibration)


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
    added = (
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
    )
    joined = added.join(before, on="group", how="left").sort("group")
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
    taken = set()
    for part in (ledger.settled, ledger.recent):
        taken |= set(part["pattern_id"].filter(part["pattern_id"].is_in(wanted)).to_list())
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
    keyed = (
        pl.DataFrame({"key": places.keys, "group": rows["group"]})
        .filter(~pl.col("key").str.ends_with(":"))
        .unique()
    )
    fresh = keyed.filter(
        (pl.col("group") >= index.group_count) | ~pl.col("key").is_in(index.keys["key"].implode())
    )
    counts = pl.concat([index.count_ledger.rows_of(faces["group"].to_list()), trait_counts(rows)])
    counts = (
        counts.group_by("group", "name", "value").agg(pl.col("count").sum()).sort("group", "name", "value")
    )
    bursts = rows.with_columns(place_of(rows)).filter(
        (pl.col("kind") == "structured") & pl.col("trace_key").is_null()
    )
    spans = bursts.drop_nulls(["place", "source_created_at"]).select(
        "place",
        pl.col("source_created_at").alias("began"),
        pl.col("source_created_at").alias("ended"),
        "group",
    )
    return replace(
        index,
        group_ledger=index.group_ledger.with_groups(faces),
        group_count=max([index.group_count - 1, *faces["group"].to_list()]) + 1,
        members=pl.concat([index.members, rows.select("issue_id", "group")]),
        keys=pl.concat([index.keys, fresh.sort("key", "group")]),
        count_ledger=index.count_ledger.with_groups(counts),
        repaired=pl.concat([index.repaired, repairs(rows)]),
        bursts=pl.concat([index.bursts, spans.sort("place", "began", "group")]),
        lexicon=placed.lexicon,
        segments=placed.segments(rows["group"].to_numpy()),
    )


def _members(
    places: Arrivals,
    placed: Placed,
    rows: pl.DataFrame,
    likeness: NDArray[np.float64],
    before: pl.DataFrame,
    shown: pl.DataFrame,
    index: PatternIndex,
) -> pl.DataFrame:
    reasons = [_reason(places, placed, row) for row in range(rows.height)]
    wanted = sorted({group for group in placed.nearest if group is not None})
    known = index.group_ledger.rows_of(wanted).filter("shown").select("group", "pattern_id")
    near = pl.DataFrame(
        {"near": placed.nearest, "missing": placed.missing}, schema={"near": pl.Int64, "missing": pl.String}
    ).join(known, left_on="near", right_on="group", how="left", maintain_order="left")
    confidence = index.recalibration.apply(likeness.clip(0, 1)).round(6)
    new = rows.select("issue_id", "group").with_columns(
        pl.Series("similarity", placed.similarity.round(6)),
        pl.Series("confidence", confidence),
        pl.Series("reason", reasons, dtype=pl.String),
        near["pattern_id"].alias("nearest_pattern_id"),
        near.select(pl.when(pl.col("pattern_id").is_not_null()).then("missing").alias("nearest_missing"))[
            "nearest_missing"
        ],
    )
    alone = before.filter(pl.col("issue_count") == 1).select("group", pl.col("founder").alias("issue_id"))
    mate = (
        new.unique("group", keep="first", maintain_order=True)
        .drop("issue_id")
        .with_columns(
            pl.lit(None, pl.String).alias("nearest_pattern_id"),
            pl.lit(None, pl.String).alias("nearest_missing"),
        )
    )
    founders = alone.join(mate, on="group").select(new.columns)
    return (
        pl.concat([new, founders])
        .join(shown.select("group", "pattern_id"), on="group")
        .select(pl.col(name).cast(kind) for name, kind in MEMBERS.items())
        .sort("pattern_id", "issue_id")
    )


def _reason(places: Arrivals, placed: Placed, row: int) -> str:
    if row in places.forced:
        return person_reason(places.forced[row])
    kind = places.keys[row].partition(":")[0]
    values = places.table.row(row, named=True)
    if kind == "template":
        return template_reason(values["template"] or "")
    if kind == "trace":
        return trace_reason(values["trace_key"])
    if kind == "burst":
        return burst_reason(values["service"], values["component"])
    return placed.reason.get(row) or same_text_reason(values["title"] or "")
