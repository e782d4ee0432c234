"""Links and unlinks are counted when they are broken, and each new one changes the digest."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.corrections import count_broken_constraints, digest_corrections
from causeloop_pipeline.storage.detect.patterns import replace_patterns
from tests.storage.stored import members, new_id, pattern, store_issue


def test_broken_constraints_are_counted_and_new_ones_change_the_digest(
    database: Database, workspace_id: UUID
) -> None:
    name = new_id()
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues))
        before = digest_corrections(session, workspace_id)
        session.execute(
            "insert into detect.pattern_constraint "
            "(workspace_id, kind, left_issue_id, right_issue_id, made_by) "
            "values (%s, 'cannot', %s, %s, 'me')",
            (workspace_id, *issues),
        )
        assert count_broken_constraints(session, workspace_id) == 1
        assert digest_corrections(session, workspace_id) != before
