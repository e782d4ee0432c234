"""Users' edits and corrections outlive the deletion of the issues that they are about."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Database, Session

INSERT_ISSUE = """
insert into core.issue (
    workspace_id, issue_id, source, external_id, title, severity, status,
    source_created_at, source_updated_at, ingested_at
)
values (
    %(workspace)s, core.issue_id(%(workspace)s, 'jira', %(key)s), 'jira', %(key)s, 'Timeout', 'p3', 'open',
    now(), now(), now()
)
returning issue_id
"""
INSERT_UNLINK = """
insert into detect.pattern_constraint (workspace_id, kind, left_issue_id, right_issue_id, made_by)
values (%s, 'cannot', %s, %s, 'a person')
"""


def store_issue(session: Session, workspace_id: UUID, key: str) -> UUID:
    made = session.row(INSERT_ISSUE, {"workspace": workspace_id, "key": key})
    assert made is not None
    return UUID(str(made["issue_id"]))


def test_edits_and_corrections_apply_again_when_a_deleted_issue_returns(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        left, right = store_issue(session, workspace_id, "A-1"), store_issue(session, workspace_id, "A-2")
        session.execute(
            "insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by) "
            "values (%s, %s, 'severity', 'p1', 'a person')",
            (workspace_id, left),
        )
        session.execute(INSERT_UNLINK, (workspace_id, left, right))

        session.execute("delete from core.issue")
        again = store_issue(session, workspace_id, "A-1")

        assert again == left
        assert session.rows("select value from core.issue_edit where issue_id = %s", (again,)) == [
            {"value": "p1"}
        ]
        assert session.rows("select kind from detect.pattern_constraint") == [{"kind": "cannot"}]
