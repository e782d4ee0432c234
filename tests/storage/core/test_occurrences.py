"""Occurrences are read of all patterns or of some, and are those of their issues."""

from uuid import UUID

import polars as pl
from polars.testing import assert_frame_equal

from causeloop_pipeline.storage.core.issues import read_occurrences
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.patterns import add_members
from tests.storage.stored import members, new_id, pattern, store_issue


def test_all_occurrences_are_those_that_are_read_pattern_by_pattern(
    database: Database, workspace_id: UUID
) -> None:
    names = sorted(new_id() for _ in range(2))
    with database.workspace(workspace_id) as session:
        assert read_occurrences(session, workspace_id).is_empty()
        for name in names:
            issues = [store_issue(session, workspace_id, f"{name} {n}") for n in range(3)]
            add_members(session, workspace_id, pattern(name), members(name, issues))
        session.execute(
            "update core.issue set service = 'a \"b\", ' || external_id, team = '', "
            "source_created_at = source_created_at - interval '3.123456 s' where external_id like '%% 1'"
        )
        session.execute("update core.issue set environment = 'ü\\n' where external_id like '%% 2'")
        store_issue(session, workspace_id, "in no pattern")

        everything = read_occurrences(session, workspace_id)
        one_by_one = read_occurrences(session, workspace_id, pattern_ids=pl.Series(names))

        assert everything.height == 6
        assert_frame_equal(everything.sort(everything.columns), one_by_one.sort(everything.columns))
