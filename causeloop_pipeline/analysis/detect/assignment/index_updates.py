"""Updates an index by new issues: the summaries of their groups, then all that leads later issues to them."""

from dataclasses import replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import TextPlacement
from causeloop_pipeline.analysis.detect.assignment.row_lookup import select_rows
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import leads_copies
from causeloop_pipeline.analysis.detect.grouping.bursts import build_place_keys
from causeloop_pipeline.analysis.detect.grouping.pattern_ids import derive_pattern_id
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    IS_PATTERN,
    measure_resolution_times,
    plan_trait_counts,
    summarize_times,
)
from causeloop_pipeline.analysis.detect.grouping.storms import name_storm_place
from causeloop_pipeline.analysis.query_engine import choose_engine

_BURST_KEYS = ("burst:", "storm:")  # of issues that time decides about
_ADDED = [
    pl.col("similarity_within").sum().alias("added_similarity_within"),
    pl.col("similarity").sum().alias("added_similarity"),
    pl.col("issue_id").first().alias("added_first_issue"),
    pl.col("kind").first().alias("added_kind"),
    pl.coalesce("template", "title").first().alias("added_text"),
    (pl.col("atom_key") == "text:").sum().cast(pl.Int64).alias("added_atoms"),
    pl.len().cast(pl.Int64).alias("added_count"),
]
_ADDED_TIMES = [
    pl.col(name).alias(f"added_{name}") for name in ("occurrence_count", "first_seen_at", "last_seen_at")
]
_EARLIER_COUNT = pl.col("issue_count").fill_null(0)
_COUNT = _EARLIER_COUNT + pl.col("added_count")
_SIMILARITY_SUM = (
    pl.col("similarity_sum").fill_null(0.0)
    + pl.col("added_similarity_within")
    + pl.col("added_similarity") * _EARLIER_COUNT
)
_SUMMARY = [
    pl.col("group", "pattern_id"),
    pl.coalesce("first_issue", "added_first_issue").alias("first_issue"),
    pl.coalesce("kind", "added_kind").alias("kind"),
    pl.coalesce("text", "added_text").alias("text"),
    _SIMILARITY_SUM.alias("similarity_sum"),
    (pl.col("atoms").fill_null(0) + pl.col("added_atoms")).alias("atoms"),
    pl.col("is_linked").fill_null(value=False),
    _COUNT.alias("issue_count"),
    (pl.col("occurrence_count").fill_null(0) + pl.col("added_occurrence_count")).alias("occurrence_count"),
    pl.min_horizontal("first_seen_at", "added_first_seen_at").alias("first_seen_at"),
    pl.max_horizontal("last_seen_at", "added_last_seen_at").alias("last_seen_at"),
]


def update_summaries(
    rows: pl.DataFrame,
    before: pl.DataFrame,
    similarity: Floats,
    index: PatternIndex,
    namespace: str,
    occurrences: pl.DataFrame,
) -> pl.DataFrame:
    """Updates the summaries of the groups that got new issues.

    In: new issues with `group`; the summaries of their groups before; the similarity of each to its group;
    the index and the workspace; the occurrences of the new issues with `group`. Out: the summaries now, with
    ids for new groups.
    """
    times = summarize_times(occurrences).select("group", *_ADDED_TIMES)
    added = _summarize_added(rows, similarity).join(times, on="group", how="left")
    merged = added.join(before, on="group", how="left").sort("group")
    ids = pl.Series("pattern_id", _assign_ids(merged, index, namespace), dtype=pl.String)
    summaries = merged.with_columns(ids).select_seq(_SUMMARY)
    return summaries.with_columns(IS_PATTERN)


def _summarize_added(rows: pl.DataFrame, similarity: Floats) -> pl.DataFrame:
    """What the new issues add to each group; `added_similarity_within` is over pairs of new issues."""
    within = similarity * _count_earlier(rows["group"].to_numpy())
    similarities = [pl.Series("similarity", similarity), pl.Series("similarity_within", within)]
    return rows.hstack(similarities).group_by("group").agg(_ADDED)


def _count_earlier(groups: Ints) -> Ints:
    """Per row, how many earlier ones are of the same group."""
    order = np.argsort(groups, kind="stable")
    earlier = np.empty(len(groups), dtype=np.int64)
    earlier[order] = np.arange(len(groups)) - np.searchsorted(groups[order], groups[order])
    return earlier


def _assign_ids(merged: pl.DataFrame, index: PatternIndex, namespace: str) -> list[str]:
    """Earlier ids, and new ones for new groups; never one that another group has."""
    rows = merged[["pattern_id", "added_first_issue"]].rows()
    candidates = [derive_pattern_id(namespace, issue) for pattern_id, issue in rows if pattern_id is None]
    summaries = index.group_summaries
    taken = {
        pattern_id
        for part in (summaries.base, summaries.delta)
        for pattern_id in select_rows(part, "pattern_id", candidates)["pattern_id"].to_list()
    }
    ids = []
    for earlier_id, first_issue in rows:
        attempt, pattern_id = 0, earlier_id
        while pattern_id is None:
            candidate = derive_pattern_id(namespace, first_issue, attempt)
            pattern_id = None if candidate in taken else candidate
            attempt += 1
        ids.append(pattern_id)
    return ids


def add_to_index(
    index: PatternIndex,
    rows: pl.DataFrame,
    occurrences: pl.DataFrame,
    summaries: pl.DataFrame,
    texts: TextPlacement,
    keys: list[str],
) -> PatternIndex:
    """Adds new issues to an index.

    In: the index, new issues and their occurrences with `group`, the updated summaries of their groups, their
    texts and keys. Out: a new index; the given one stays as it is.
    """
    groups = summaries["group"].to_list()
    has_burst = any(key in _BURST_KEYS for key in keys)
    trait_counts = (
        pl.concat([index.trait_counts.rows_of(groups).lazy(), plan_trait_counts(rows)])
        .group_by("group", "name", "value")
        .agg(pl.col("count").sum())
        .sort("group", "name", "value")
        .collect(engine=choose_engine(rows.height))
    )
    return replace(
        index,
        group_summaries=index.group_summaries.replace_groups(summaries),
        group_count=max([index.group_count - 1, *groups]) + 1,
        later_members=pl.concat([index.later_members, rows[["issue_id", "group"]]]),
        keys=append_rows(index.keys, _list_new_keys(index, rows, keys)),
        trait_counts=index.trait_counts.replace_groups(trait_counts),
        resolution_times=append_rows(index.resolution_times, measure_resolution_times(occurrences)),
        bursts=pl.concat([index.bursts, _list_new_bursts(rows)]) if has_burst else index.bursts,
        lexicon=texts.lexicon,
        segments=texts.segments(rows["group"].to_numpy()),
    )


def append_rows(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Appends rows to a frame of an index.

    In: a frame, more rows of its schema. Out: both; the very same frame without any, so that it is not
    written again.
    """
    return frame if rows.is_empty() else pl.concat([frame, rows])


def _list_new_keys(index: PatternIndex, rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Keys of new groups, and keys that the index did not have; also of what a second copy joins."""
    groups = rows["group"].to_list()
    titles = rows.filter(leads_copies()).select("template:" + pl.col("title_key"), "group")
    used = {(key, group) for key, group in zip(keys, groups, strict=True) if not key.endswith(":")}
    errors = rows.select(pl.col("error_key").alias("key"), "group").drop_nulls("key")
    used |= set(titles.iter_rows()) | set(errors.iter_rows())
    keys_of_indexed = sorted({key for key, group in used if group < index.group_count})
    indexed_keys = set(select_rows(index.keys, "key", keys_of_indexed)["key"].to_list())
    new = sorted((key, group) for key, group in used if group >= index.group_count or key not in indexed_keys)
    return pl.DataFrame(new, schema=index.keys.schema, orient="row")


def _list_new_bursts(rows: pl.DataFrame) -> pl.DataFrame:
    """Each new incident without text, as a burst of its own, and each new alert of a storm."""
    created = pl.col("source_created_at")
    storm_place = pl.when(pl.col("atom_key") == "storm:").then(name_storm_place())
    return (
        rows.with_columns(build_place_keys(rows))
        .lazy()
        .filter(pl.col("atom_key").is_in(_BURST_KEYS))
        .with_columns(pl.coalesce(storm_place, "place").alias("place"))
        .select("place", created.alias("began"), created.alias("ended"), "group")
        .drop_nulls()
        .sort("place", "began", "group")
        .collect(engine=choose_engine(rows.height))
    )
