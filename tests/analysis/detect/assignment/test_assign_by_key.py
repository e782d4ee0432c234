"""New issues go by constraint, key, place and time into the groups of the index, or into new ones."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement, place_by_key
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.constraints import ContradictionError
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues, join_fingerprints
from tests.support.failure_texts import START, Constraint, build_constraints, issue_frame, machine_issues

WORKER = {"title": "Worker 99 finished job 1 in 0.5 s", "source": "syslog"}
DISK = {"title": "Disk /dev/sdz is at 3% of its capacity", "source": "syslog"}
OTHER = {"title": "Fan 3 stopped at once", "source": "syslog"}
INCIDENT = {"source": "itsm", "service": "mail"}


@pytest.fixture(scope="module")
def index() -> PatternIndex:
    no_text = issue_frame([INCIDENT] * 3).with_columns(issue_id="s" + pl.col("issue_id"))
    issues = pl.concat([machine_issues(), no_text])
    return group_issues(issues, fingerprint_issues(issues)).index


def latest() -> datetime:
    return START + timedelta(hours=2)


def place(
    index: PatternIndex, *rows: Mapping[str, object], constraints: tuple[Constraint, ...] = ()
) -> list[int]:
    """The groups of new issues ni0000, ni0001, … in the order of their ids."""
    placement = placement_of(index, *rows, constraints=constraints)
    return [int(group) for group in placement.group]


def placement_of(
    index: PatternIndex, *rows: Mapping[str, object], constraints: tuple[Constraint, ...] = ()
) -> NewIssuePlacement:
    new = issue_frame([{"source_created_at": latest(), **row} for row in rows])
    table = canonical_issues(new.with_columns(issue_id="n" + pl.col("issue_id")))
    fingerprints = fingerprint_issues(table, catalog=index.catalog)
    return place_by_key(
        join_fingerprints(table, fingerprints),
        index,
        build_constraints(*constraints) if constraints else None,
    )


def group_of(index: PatternIndex, issue: str) -> int:
    return int(index.members.filter(pl.col("issue_id") == issue)["group"][0])


def test_a_message_goes_into_the_group_of_its_template(index: PatternIndex) -> None:
    assert place(index, WORKER, DISK) == [group_of(index, "i0001"), group_of(index, "i0002")]


def test_messages_of_a_new_template_share_a_new_group(index: PatternIndex) -> None:
    first, second = place(index, OTHER, OTHER)
    assert first == second == index.group_count


def test_an_incident_without_text_joins_the_burst_at_its_place(index: PatternIndex) -> None:
    elsewhere = {"source": "itsm", "service": "printing"}
    here, there = place(index, INCIDENT, elsewhere)
    assert here == group_of(index, "si0000")
    assert there >= index.group_count


def test_a_linked_issue_goes_where_its_partner_is_and_says_with_whom(index: PatternIndex) -> None:
    placement = placement_of(index, WORKER, constraints=(("must", "i0002", "ni0000"),))
    assert placement.group.tolist() == [group_of(index, "i0002")]
    assert placement.linked_to == {0: "i0002"}


def test_an_issue_stays_out_of_the_group_that_a_user_separated_it_from(index: PatternIndex) -> None:
    placement = placement_of(index, WORKER, WORKER, constraints=(("cannot", "i0001", "ni0000"),))
    assert placement.excluded_groups[0] == {group_of(index, "i0001")}
    assert placement.group[0] >= index.group_count
    assert placement.group[1] == group_of(index, "i0001")


def test_two_new_issues_that_must_be_apart_get_different_groups(index: PatternIndex) -> None:
    first, second = place(index, OTHER, OTHER, constraints=(("cannot", "ni0000", "ni0001"),))
    assert first != second
    assert min(first, second) >= index.group_count


def test_contradicting_constraints_on_new_issues_are_refused(index: PatternIndex) -> None:
    with pytest.raises(ContradictionError):
        place(index, WORKER, constraints=(("must", "i0001", "ni0000"), ("cannot", "i0001", "ni0000")))


def test_new_groups_are_numbered_after_all_others_one_for_each_key() -> None:
    placement = NewIssuePlacement(
        table=pl.DataFrame(), keys=[], group=np.array([-1, 7, -1, -1]), index_group_count=5
    )
    placement.create_groups([0, 2, 3], lambda row: row % 2)
    assert placement.group.tolist() == [8, 7, 8, 9]
    assert placement.next_group == 10
