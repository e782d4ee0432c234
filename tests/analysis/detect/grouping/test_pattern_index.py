"""The pattern index is stored and read without a change, and never misread when it is of another version."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import MIN_TO_JOIN, fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex, UnreadableIndexError
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import build_constraints, human_issues, issue_frame, machine_issues


def build(issues: pl.DataFrame, constraints: pl.DataFrame | None = None) -> PatternIndex:
    return group_issues(issues, fingerprint_issues(issues), constraints=constraints).index


def issues_of_two_kinds() -> pl.DataFrame:
    return pl.concat([machine_issues(), human_issues().with_columns(issue_id="h" + pl.col("issue_id"))])


def test_an_index_of_an_older_version_is_refused_with_what_to_do() -> None:
    current = build(issues_of_two_kinds()).to_bytes()
    header, _, content = current.partition(b"\n")
    name, _, version = header.rpartition(b" ")
    older = b"%s %d\n%s" % (name, int(version) - 1, content)
    assert not PatternIndex.is_current_format(older[:32])
    for read in (PatternIndex.from_bytes, PatternIndex.read_catalog):
        with pytest.raises(UnreadableIndexError, match="group all issues of the workspace again"):
            read(older)


def test_every_part_of_an_index_survives_being_stored() -> None:
    constraints = build_constraints(("cannot", "i0000", "i0003"))
    index = build(issues_of_two_kinds(), constraints)
    stored = PatternIndex.from_bytes(index.to_bytes())
    for name in (
        "members_by_id",
        "later_members",
        "keys",
        "resolution_times",
        "split_references",
        "bursts",
        "nearest_patterns",
    ):
        assert getattr(stored, name).equals(getattr(index, name)), name
    assert index.split_references.height == 1
    assert stored.groups.equals(index.groups)
    assert stored.trait_counts.all_rows().equals(index.trait_counts.all_rows())
    assert stored.group_count == index.group_count
    assert (stored.model, stored.recalibration) == (index.model, index.recalibration)
    assert stored.copy_similarity == index.copy_similarity
    assert [segment.corpus.size for segment in stored.segments] == [8]


def test_an_empty_index_contains_nothing_and_can_be_stored() -> None:
    index = build(issues_of_two_kinds().clear())
    stored = PatternIndex.from_bytes(index.to_bytes())
    assert stored.contains(pl.Series(["i0000"])).to_list() == [False]
    assert (stored.group_count, stored.segments) == (0, ())


def test_keys_lead_to_the_groups_of_messages_and_of_titles_that_a_second_copy_would_join() -> None:
    issues = issues_of_two_kinds()
    index = build(issues)
    assert {key.partition(":")[0] for key in index.keys["key"]} == {"template"}
    fingerprints = fingerprint_issues(issues)
    keys = set(fingerprints["template_key"].drop_nulls())
    copied = fingerprints.filter(pl.col("template_probability") >= MIN_TO_JOIN)
    keys |= set(copied["title_key"].drop_nulls())
    assert set(index.keys["key"]) == {f"template:{key}" for key in keys}


def test_the_most_similar_message_of_another_pattern_is_kept_for_later_messages() -> None:
    rows = [
        {"title": f"{verb} volume {at} of the store", "source": "syslog"}
        for at in range(9)
        for verb in ("Mounted", "Unmounted")
    ]
    nearest = build(issue_frame(rows)).nearest_patterns
    assert nearest.height == 2
    assert nearest["nearest_missing"].str.contains("ounted").all()
