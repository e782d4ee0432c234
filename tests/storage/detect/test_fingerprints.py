"""Only new and changed issues are fingerprinted and grouped again."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.core.issues import (
    read_issues,
    read_issues_without_fingerprint,
    read_ungrouped_issues,
)
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints, write_fingerprints
from causeloop_pipeline.storage.detect.grouping_state import mark_grouped
from tests.storage.stored import fingerprints, store_issue


def test_only_changed_issues_are_fingerprinted_and_grouped_again(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        new = read_issues_without_fingerprint(session, workspace_id)
        assert new["component"].to_list() == ["cart", "cart"]
        write_fingerprints(session, workspace_id, fingerprints(issues), new.select("issue_id", "changed_at"))
        assert read_issues_without_fingerprint(session, workspace_id).is_empty()
        assert read_ungrouped_issues(session, workspace_id).height == 2
        assert mark_grouped(session, workspace_id) == 2
        session.execute("update core.issue set risk_score = 50")
        assert read_issues_without_fingerprint(session, workspace_id).is_empty()
        session.execute("update core.issue set title = 'another' where external_id = 'a'")
        changed = read_issues_without_fingerprint(session, workspace_id)
        assert changed["external_id"].to_list() == ["a"]
        some = read_fingerprints(
            session, workspace_id, pl.Schema({"issue_id": pl.String()}), changed["issue_id"]
        )
        assert some.height == 1
        assert read_issues(session, workspace_id).height == 2


def test_issues_that_are_not_named_stay_ungrouped(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        new = read_issues_without_fingerprint(session, workspace_id)
        write_fingerprints(session, workspace_id, fingerprints(issues), new.select("issue_id", "changed_at"))
        assert mark_grouped(session, workspace_id, issues[:1]) == 1
        assert read_ungrouped_issues(session, workspace_id)["issue_id"].to_list() == issues[1:]
