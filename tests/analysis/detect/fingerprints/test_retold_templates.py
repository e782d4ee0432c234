"""A person's report in a machine's words joins that machine's pattern; other reports do not."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.retold_templates import find_retold_templates
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import REPORTS, issue_frame, machine_issues

REFUSED = f"Connection to {WILDCARD} refused after {WILDCARD}"
DISK = f"Disk {WILDCARD} is at {WILDCARD} of its capacity"
LOCK = f"Lock wait timeout exceeded; try restarting transaction {WILDCARD}"
TEMPLATES = {REFUSED: "syslog", DISK: "syslog", LOCK: "mariadb"}
RETOLD = "PLEASE HELP: disk /dev/sdq is at 97% of its capacity since Tuesday"


@pytest.mark.parametrize(
    ("title", "template"),
    [
        ("Lock wait timeout exceeded, try restarting the transaction, says the shop", LOCK),
        ("lock wait TIMEOUT exceded: try restarting transaction 81", LOCK),
        (RETOLD, DISK),
        ("We see connection to db-3 refused after 31 ms quite often", REFUSED),
        ("The disk of the office printer is full", None),
        ("Connection to the boss was refused", None),
        ("Transaction fees are too high", None),
        ("", None),
    ],
)
def test_a_report_tells_of_the_message_whose_words_it_holds(title: str, template: str | None) -> None:
    assert find_retold_templates([(title, "helpdesk")], TEMPLATES) == [template]


def test_in_its_own_source_only_the_whole_message_counts() -> None:
    near = "Lock timeout exceeded restarting a transaction while it waits to try"
    assert find_retold_templates([(near, "helpdesk"), (near, "mariadb")], TEMPLATES) == [LOCK, None]


def test_a_report_that_tells_of_two_messages_equally_tells_of_none() -> None:
    other = {**TEMPLATES, LOCK.replace("transaction", "replication"): "mariadb"}
    both = "Transaction or replication: try restarting, exceeded the wait timeout of a lock"
    assert find_retold_templates([(both, "helpdesk")], other) == [None]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_texts_are_read_the_same_one_by_one_and_in_any_order(titles: list[str]) -> None:
    rows = [(title, "helpdesk") for title in [*titles, RETOLD]]
    together = find_retold_templates(rows, TEMPLATES)
    assert together == [find_retold_templates([row], TEMPLATES)[0] for row in rows]
    assert together[::-1] == find_retold_templates(rows[::-1], dict(reversed(TEMPLATES.items())))


def test_a_retold_message_joins_its_pattern_at_once_and_when_all_are_grouped_again() -> None:
    people = [
        {"title": title, "source": "helpdesk", "issue_id": f"h{at}"} for at, title in enumerate(REPORTS)
    ]
    report = issue_frame([{"title": RETOLD, "source": "helpdesk", "issue_id": "report"}])
    before = pl.concat([machine_issues(), issue_frame(people)])
    index = PatternIndex.from_bytes(group_issues(before, fingerprint_issues(before)).index.to_bytes())
    delta = assign_issues(report, fingerprint_issues(report, catalog=index.catalog), index)
    issues = pl.concat([before, report])
    night = group_issues(issues, fingerprint_issues(issues))
    for members in (delta.members, night.members):
        (own,) = members.filter(pl.col("issue_id") == "report").rows(named=True)
        assert own["reason"]["text"].startswith("A person reports this message: Disk")
        assert 0.6 <= own["confidence"] < 1
    disks = night.members.filter(pl.col("issue_id").is_in(["report", "i0002"]))["pattern_id"]
    assert disks.n_unique() == 1
    assert not set(night.members["issue_id"]) & {f"h{at}" for at in range(len(REPORTS))}
