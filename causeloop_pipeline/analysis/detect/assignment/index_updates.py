"""Updates an index by new issues: the summaries of their groups, then all that leads later issues to them."""

from dataclasses import replace

import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import TextPlacement
from causeloop_pipeline.analysis.detect.grouping.bursts import build_place_keys
from causeloop_pipeline.analysis.detect.grouping.pattern_ids import derive_pattern_id
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    measure_resolution_times,
    trait_counts_of,
)
from causeloop_pipeline.analysis.detect.grouping.storms import name_storm_place
from causeloop_pipeline.analysis.query_engine import choose_engine

_MAX_VALUES_TO_SCAN_FOR = 8
_BURST_KEYS = ("burst:", "storm:")  # of issues that time decides about


def update_summaries(
    rows: pl.DataFrame,
    before: pl.DataFrame,
    similarity: Floats,
    index: PatternIndex,
    namespace: str,
) -> pl.DataFrame:
    """Updates the summaries of the groups that got new issues.

    In: new issues with `group`; the summaries of their groups before; the similarity of each to its group;
    the index and the workspace. Out: the summaries now, with ids for new groups.
    """
    added = _summarize_added(rows, similarity)
    merged = (
        added.join(before.lazy(), on="group", how="left")
        .sort("group")
        .collect(engine=choose_engine(rows.height))
    )
    ids = _assign_ids(merged, index, namespace)
    earlier_count = pl.col("issue_count").fill_null(0)
    count = earlier_count + pl.col("added_count")
    similarity_sum = (
        pl.col("similarity_sum").fill_null(0.0)
        + pl.col("added_similarity_within")
        + pl.col("added_similarity") * earlier_count
    )
    return merged.select(
        "group",
        pl.Series("pattern_id", ids, dtype=pl.String),
        pl.coalesce("first_issue", "added_first_issue").alias("first_issue"),
        pl.coalesce("kind", "added_kind").alias("kind"),
        pl.coalesce("text", "added_text").alias("text"),
        similarity_sum.alias("similarity_sum"),
        (pl.col("atoms").fill_null(0) + pl.col("added_atoms")).alias("atoms"),
        pl.col("is_linked").fill_null(value=False),
        (count >= 2).alias("is_pattern"),
        count.alias("issue_count"),
        pl.min_horizontal("first_seen_at", "added_first_seen_at").alias("first_seen_at"),
        pl.max_horizontal("last_seen_at", "added_last_seen_at").alias("last_seen_at"),
    )


def _summarize_added(rows: pl.DataFrame, similarity: Floats) -> pl.LazyFrame:
    """What the new issues add to each group; `added_similarity_within` is over pairs of new issues."""
    earlier_new_issues = pl.int_range(pl.len()).over("group")
    has_only_text = pl.col("atom_key") == "text:"
    created = pl.col("source_created_at")
    return (
        rows.lazy()
        .with_columns(pl.Series("similarity", similarity), earlier_new_issues.alias("earlier"))
        .group_by("group")
        .agg(
            (pl.col("similarity") * pl.col("earlier")).sum().alias("added_similarity_within"),
            pl.col("similarity").sum().alias("added_similarity"),
            pl.col("issue_id").first().alias("added_first_issue"),
            pl.col("kind").first().alias("added_kind"),
            pl.coalesce("template", "title").first().alias("added_text"),
            has_only_text.sum().cast(pl.Int64).alias("added_atoms"),
            pl.len().cast(pl.Int64).alias("added_count"),
            created.min().alias("added_first_seen_at"),
            created.max().alias("added_last_seen_at"),
        )
    )


def _assign_ids(merged: pl.DataFrame, index: PatternIndex, namespace: str) -> list[str]:
    """Earlier ids, and new ones for new groups; never one that another group has."""
    rows = merged.select("pattern_id", "added_first_issue").rows()
    candidates = [derive_pattern_id(namespace, issue) for pattern_id, issue in rows if pattern_id is None]
    summaries = index.group_summaries
    taken = {
        *_select_present(summaries.base["pattern_id"], candidates),
        *_select_present(summaries.delta["pattern_id"], candidates),
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


def _select_present(column: pl.Series, values: list[str]) -> list[str]:
    """The values that a long column holds; a few are found sooner one after another."""
    if len(values) <= _MAX_VALUES_TO_SCAN_FOR:
        return [value for value in values if (column == value).any()]
    return column.filter(column.is_in(values)).to_list()


def add_to_index(
    index: PatternIndex, rows: pl.DataFrame, summaries: pl.DataFrame, texts: TextPlacement, keys: list[str]
) -> PatternIndex:
    """Adds new issues to an index.

    In: the index, new issues with `group`, the updated summaries of their groups, their texts and keys. Out:
    a new index; the given one stays as it is.
    """
    groups = summaries["group"].to_list()
    has_burst = any(key in _BURST_KEYS for key in keys)
    trait_counts = (
        pl.concat([index.trait_counts.rows_of(groups).lazy(), trait_counts_of(rows)])
        .group_by("group", "name", "value")
        .agg(pl.col("count").sum())
        .sort("group", "name", "value")
        .collect(engine=choose_engine(rows.height))
    )
    return replace(
        index,
        group_summaries=index.group_summaries.replace_groups(summaries),
        group_count=max([index.group_count - 1, *groups]) + 1,
        later_members=pl.concat([index.later_members, rows.select("issue_id", "group")]),
        keys=_append(index.keys, _list_new_keys(index, rows, keys)),
        trait_counts=index.trait_counts.replace_groups(trait_counts),
        resolution_times=_append(index.resolution_times, measure_resolution_times(rows)),
        bursts=pl.concat([index.bursts, _list_new_bursts(rows)]) if has_burst else index.bursts,
        lexicon=texts.lexicon,
        segments=texts.segments(rows["group"].to_numpy()),
    )


def _append(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The frame with more rows; the very same one without any, so that it is not written again."""
    return frame if rows.is_empty() else pl.concat([frame, rows])


def _list_new_keys(index: PatternIndex, rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Keys of new groups, and keys that the index did not have."""
    if all(key.endswith(":") for key in keys):
        return index.keys.clear()
    is_new_group = pl.col("group") >= index.group_count
    is_new_key = ~pl.col("key").is_in(index.keys["key"].implode())
    return (
        pl.LazyFrame({"key": keys, "group": rows["group"]})
        .filter(~pl.col("key").str.ends_with(":"))
        .filter(is_new_group | is_new_key)
        .unique()
        .sort("key", "group")
        .collect(engine=choose_engine(rows.height))
    )


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
