"""Whatever arrives: a defined result, no crash, no unbounded memory."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import IssueTableError
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import (
    UnknownTimeZoneError,
    fingerprint_issues,
)
from causeloop_pipeline.analysis.detect.grouping.patterns import (
    FingerprintMismatchError,
    Grouping,
    group_issues,
)
from causeloop_pipeline.analysis.detect.similar_issues import UnknownIssueError, find_similar_issues
from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA, ISSUE_SCHEMA
from tests.support.failure_texts import human_issues, issue_frame, machine_issues

NASTY = (
    "",
    " ",
    "\x00\x01\x02\uffff",
    "🔥🔥 prod down 🔥",
    "الخدمة لا تستجيب عند تسجيل الدخول",
    "支付服务超时，无法完成订单",
    "<script>alert('x')</script><b>bold</b>",
    "aGVsbG8gd29ybGQ=" * 2_000,
    "x" * 1_000_000,
    "(((((((((((((((((((((((((((((",
    "a=" * 5_000,
    "1 2 3 4 5",
    "\ud7ff\ue000 edge of the planes",
    "NULL",
    "At com.example.Foo.bar(Foo.java:1)\n\tat " * 200,
)


def group(issues: pl.DataFrame) -> Grouping:
    return group_issues(issues, fingerprint_issues(issues))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.sampled_from(NASTY), st.text(max_size=60)),
            st.one_of(st.none(), st.sampled_from(NASTY), st.text(max_size=200)),
            st.one_of(st.none(), st.sampled_from(["db", "", "web"])),
            st.one_of(st.none(), st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1))),
        ),
        max_size=10,
    ),
    st.integers(0, 3),
)
def test_any_issues_are_grouped_the_same_in_any_order(
    rows: list[tuple[str | None, str | None, str | None, datetime | None]], seed: int
) -> None:
    issues = issue_frame(
        [
            {
                "title": title,
                "body": body,
                "service": service,
                "source_created_at": at and at.replace(tzinfo=UTC),
            }
            for title, body, service, at in rows
        ]
    )
    grouping = group(issues)
    assert set(grouping.members["issue_id"]) <= set(issues["issue_id"])
    assert ((grouping.patterns["confidence"] >= 0) & (grouping.patterns["confidence"] <= 1)).all()
    assert (grouping.patterns["name"].str.len_chars() <= 120).all()
    assert group(issues.sample(fraction=1.0, shuffle=True, seed=seed)).members.equals(grouping.members)
    again = group(issues)
    delta = assign_issues(issues, fingerprint_issues(issues), again.index)
    assert delta.members.height == 0


def test_no_issues_and_one_issue_are_fine() -> None:
    nothing = pl.DataFrame(schema=ISSUE_SCHEMA)
    assert fingerprint_issues(nothing).schema == FINGERPRINT_SCHEMA
    assert group(nothing).patterns.height == 0
    single = human_issues().head(1)
    assert group(single).members.height == 0
    delta = assign_issues(single, fingerprint_issues(single), group(nothing).index)
    assert delta.members.height == 0
    assert delta.index.groups.height == 1


def test_columns_that_are_all_null_or_absent_are_fine() -> None:
    ids = pl.DataFrame({"issue_id": [f"i{at}" for at in range(40)]})
    assert fingerprint_issues(ids)["kind"].unique().to_list() == ["structured"]
    assert group(ids).patterns.height == 0
    nulls = ids.with_columns(pl.lit(None).alias(name) for name in ISSUE_SCHEMA.names() if name != "issue_id")
    assert group(nulls).members.height == 0


def test_very_many_identical_issues_are_one_pattern_whether_a_machine_or_people_wrote_them() -> None:
    n = 50_000
    rows = pl.DataFrame(
        {"issue_id": pl.int_range(n, eager=True).cast(pl.String), "title": "disk full", "source": "s"}
    )
    assert group(rows).patterns["issue_count"].to_list() == [n]
    body = "The disk of the primary is full and nothing can be written any more, please help."
    written = pl.concat(
        [rows.with_columns(body=pl.lit(body)), human_issues().select("issue_id", "title", "source", "body")]
    )
    assert group(written).patterns["issue_count"].max() == n


def test_times_in_the_future_are_taken_as_they_are() -> None:
    issues = machine_issues().with_columns(source_created_at=pl.lit(datetime(2199, 1, 1, tzinfo=UTC)))
    assert group(issues).patterns["last_seen_at"].dt.year().unique().to_list() == [2199]


def test_a_repeated_or_missing_id_is_refused_and_named() -> None:
    twice = pl.concat([human_issues().head(1)] * 2)
    with pytest.raises(IssueTableError, match="'i0000' is missing or repeated"):
        fingerprint_issues(twice)
    with pytest.raises(IssueTableError, match="no column issue_id"):
        fingerprint_issues(pl.DataFrame({"title": ["x"]}))


def test_fingerprints_of_other_issues_are_refused() -> None:
    issues = human_issues()
    with pytest.raises(FingerprintMismatchError, match="'i0007' has no fingerprint"):
        group_issues(issues, fingerprint_issues(issues.head(7)))
    with pytest.raises(FingerprintMismatchError, match="lack the columns"):
        group_issues(issues, pl.DataFrame({"issue_id": ["i0000"]}))


def test_a_time_zone_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownTimeZoneError, match="Mars/Olympus"):
        fingerprint_issues(human_issues(), timezone="Mars/Olympus")


def test_asking_for_issues_like_an_unknown_one_is_refused() -> None:
    with pytest.raises(UnknownIssueError, match="'nobody'"):
        find_similar_issues(human_issues(), "nobody")
