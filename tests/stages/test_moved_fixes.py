"""A failure that goes on under another name has moved, and the proof says where to."""

from uuid import UUID, uuid4

from causeloop_pipeline.stages import proofs
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from tests.storage.stored import store_pattern
from tests.support.pattern_frames import day

INSERT_ISSUES = """
with made as (
    insert into core.issue (
        workspace_id, issue_id, source, external_id, title, severity, status, service, pattern_id,
        source_created_at, source_updated_at, ingested_at
    )
    select %(workspace)s, uuidv7(), 'custom_api', uuidv7()::text, 'a title', 'p2', 'open', 'cache',
        %(pattern)s, at, at, at
    from unnest(%(times)s::timestamptz[]) as at
    returning issue_id, source_created_at
)
insert into core.occurrence (workspace_id, issue_id, started_at)
select %(workspace)s, issue_id, source_created_at from made
"""


def store_failing(session: Session, workspace_id: UUID, name: str, days: range) -> str:
    """A pattern of one service that failed on those days."""
    pattern_id = store_pattern(session, workspace_id)
    session.execute("update detect.pattern set name = %s where pattern_id = %s", (name, pattern_id))
    times = [day(at) for at in days]
    session.execute(INSERT_ISSUES, {"workspace": workspace_id, "pattern": pattern_id, "times": times})
    return pattern_id


def test_the_proof_names_the_pattern_that_the_failure_moved_to(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        fixed = store_failing(session, workspace_id, "Sessions evicted", range(20, 200, 5))
        store_failing(session, workspace_id, "redis-server killed", range(203, 281, 5))
        for number in range(4):
            store_failing(session, workspace_id, f"Other {number}", range(number, 280, 6))
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 1, 'a person')",
            (workspace_id, uuid4(), fixed, day(200)),
        )
        proofs.run(session, ScopedWorkspace(workspace_id, "UTC"), day(281), RunOptions("a test"))
        (proof,) = session.rows("select verdict, text from act.proof")

    assert proof["verdict"] == "moved"
    assert proof["text"].startswith("Moved elsewhere: since the fix, “redis-server killed”, a new pattern")
