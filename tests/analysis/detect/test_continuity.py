"""Groups go on: neither more issues, nor their order, nor the size of batches, nor a rebuild moves others."""

from collections.abc import Mapping
from datetime import timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.data.unrelated_reports import build_unrelated_reports
from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import START, issue_frame

MAX_MOVED = 0.01
STATEMENTS = (
    ("Connection to db-{0} refused after {0} ms", "db"),
    ("Worker {0} finished job {0} with exit code 137", "queue"),
    ("Disk /dev/sd{0} is at 9{0}% of its capacity", "store"),
    ("KeyError: Charging card failed for order {0}", "checkout"),
    ("Lock wait timeout exceeded; try restarting transaction (order {0})", "checkout"),
    ("Certificate of host{0}.example.com expires in {0} days", "web"),
)


def stream(copies: Mapping[int, int], reports: int) -> pl.DataFrame:
    """Messages of some statements, one after another, with people's one-off reports at the end."""
    rows = [
        {"title": text.format(at + 2), "service": service, "source": "monitor"}
        for statement, count in sorted(copies.items())
        for at in range(count)
        for text, service in (STATEMENTS[statement],)
    ]
    machine = issue_frame([{**row, "issue_id": f"m{at:03d}"} for at, row in enumerate(rows)])
    machine = machine.with_columns(
        source_created_at=pl.lit(START) + pl.duration(hours=pl.int_range(pl.len()) * 7 % 211)
    )
    people = build_unrelated_reports(machine).head(reports).with_columns(source=pl.lit("helpdesk"))
    return pl.concat([machine, people])


def groups_of(members: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Issue → all issues of its pattern."""
    together = members.group_by("pattern_id").agg("issue_id")["issue_id"].to_list()
    return {issue: frozenset(issues) for issues in together for issue in issues}


def share_moved(
    before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]], issues: pl.Series
) -> float:
    """The share of issues whose companions among these issues are others than before."""
    present = set(issues)
    moved = [
        issue
        for issue in present
        if before.get(issue, frozenset({issue})) & present != after.get(issue, frozenset({issue})) & present
    ]
    return len(moved) / max(len(present), 1)


def assign_in_batches(issues: pl.DataFrame, first: int, size: int) -> dict[str, frozenset[str]]:
    """Groups the first issues, and assigns the others in batches as they come."""
    start = issues.head(first)
    grouping = group_issues(start, fingerprint_issues(start))
    members, index = grouping.members, grouping.index
    for at in range(first, issues.height, size):
        part = issues[at : at + size]
        delta = assign_issues(part, fingerprint_issues(part, catalog=index.catalog), index)
        members = pl.concat([members.join(delta.members, on="issue_id", how="anti"), delta.members])
        index = delta.index
    return groups_of(members)


COPIES = st.dictionaries(
    st.integers(0, len(STATEMENTS) - 1), st.integers(3, 8), min_size=len(STATEMENTS), max_size=len(STATEMENTS)
)


def check_continuity(copies: Mapping[int, int], reports: int, size: int, seed: int) -> None:
    issues = stream(copies, reports)
    whole = groups_of(group_issues(issues, fingerprint_issues(issues)).members)

    shuffled = issues.sample(fraction=1.0, shuffle=True, seed=seed)
    assert groups_of(group_issues(shuffled, fingerprint_issues(shuffled)).members) == whole

    half = issues.sample(fraction=0.7, seed=seed)
    of_half = groups_of(group_issues(half, fingerprint_issues(half)).members)
    assert share_moved(of_half, whole, half["issue_id"]) <= MAX_MOVED

    in_order = issues.sort("source_created_at", "issue_id")
    batches = assign_in_batches(in_order, issues.height // 2, size)
    single = assign_in_batches(in_order, issues.height // 2, 1)
    assert share_moved(batches, single, issues["issue_id"]) <= MAX_MOVED
    assert share_moved(batches, whole, issues["issue_id"]) <= MAX_MOVED


@settings(max_examples=4, deadline=timedelta(seconds=60))
@given(COPIES, st.integers(0, 40), st.integers(2, 15), st.integers(0, 9))
def test_more_issues_another_order_batches_and_a_rebuild_leave_groups_as_they_are(
    copies: dict[int, int], reports: int, size: int, seed: int
) -> None:
    check_continuity(copies, reports, size, seed)
