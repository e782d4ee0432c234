"""An index that new issues were added to summarizes its groups as a full grouping of all issues would."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.assignment.index_updates import update_summaries
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.pattern_ids import derive_pattern_id
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues, join_fingerprints
from causeloop_pipeline.analysis.detect.issue_occurrences import join_occurrences, list_issue_occurrences
from tests.support.failure_texts import machine_issues

COUNTED = ["pattern_id", "issue_count", "occurrence_count", "first_seen_at", "last_seen_at"]


def list_single_occurrences(rows: pl.DataFrame) -> pl.DataFrame:
    return join_occurrences(rows["issue_id", "group"], list_issue_occurrences(rows))


@settings(max_examples=15, deadline=None)
@given(st.integers(30, 80), st.integers(1, 4))
def test_counts_dates_traits_and_times_are_those_of_a_full_grouping(cut: int, parts: int) -> None:
    issues = machine_issues(30).with_columns(
        resolved_at=pl.col("source_created_at") + pl.duration(minutes=pl.int_range(pl.len()))
    )
    index = group_issues(issues.head(cut), fingerprint_issues(issues.head(cut))).index
    new = issues.tail(issues.height - cut)
    step = -(-new.height // parts)
    for start in range(0, new.height, step):
        part = new[start : start + step]
        index = assign_issues(part, fingerprint_issues(part), index).index

    full = group_issues(issues, fingerprint_issues(issues)).index
    groups = full.groups.select("group", "pattern_id").rename({"group": "full_group"})
    assert (
        index.groups.select(COUNTED).sort("pattern_id").equals(full.groups.select(COUNTED).sort("pattern_id"))
    )
    assert index.resolution_times["seconds"].sort().equals(full.resolution_times["seconds"].sort())
    by_pattern = index.trait_counts.all_rows().join(
        index.groups.select("group", "pattern_id").join(groups, on="pattern_id"), on="group"
    )
    added_up = by_pattern.select(pl.col("full_group").alias("group"), "name", "value", "count")
    order = ["group", "name", "value"]
    assert added_up.sort(order).equals(full.trait_counts.all_rows().sort(order))


def test_the_similarity_of_new_issues_counts_with_earlier_ones_and_with_one_another() -> None:
    issues = machine_issues(4)
    index = group_issues(issues, fingerprint_issues(issues)).index
    rows = join_fingerprints(canonical_issues(issues), fingerprint_issues(issues)).head(2)
    rows = rows.with_columns(pl.Series("group", [0, 0]), atom_key=pl.lit("template:a"))
    before = index.group_summaries.rows_of([0])
    (earlier,) = before["issue_count"].to_list()
    now = update_summaries(rows, before, np.array([0.5, 0.5]), index, "w", list_single_occurrences(rows))
    assert now["issue_count"].to_list() == [earlier + 2]
    assert now["similarity_sum"][0] == before["similarity_sum"][0] + 0.5 + 2 * 0.5 * earlier
    assert now["pattern_id"].to_list() == before["pattern_id"].to_list()


def test_a_new_group_gets_an_id_that_no_other_group_has() -> None:
    issues = machine_issues(4)
    index = group_issues(issues, fingerprint_issues(issues)).index
    rows = join_fingerprints(canonical_issues(issues), fingerprint_issues(issues)).head(1)
    rows = rows.with_columns(pl.Series("group", [index.group_count]), atom_key=pl.lit("template:a"))
    nothing = index.group_summaries.base.clear()
    now = update_summaries(rows, nothing, np.array([1.0]), index, "", list_single_occurrences(rows))
    assert derive_pattern_id("", "i0000") in set(index.groups["pattern_id"])
    assert now["pattern_id"].to_list() == [derive_pattern_id("", "i0000", attempt=1)]
    assert now.select("is_pattern", "is_linked", "issue_count").row(0) == (False, False, 1)
