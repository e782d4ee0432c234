"""People's corrections of the grouping: links, unlinks, and feedback on pairs of issues."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA, FEEDBACK_SCHEMA
from causeloop_pipeline.storage.database.session import Session

SELECT_CONSTRAINTS = """
select kind, left_issue_id, right_issue_id
from detect.constraint_in_force
where workspace_id = %s
order by made_at, constraint_id
"""

SELECT_FEEDBACK = """
select left_issue_id, right_issue_id, together as same
from detect.pattern_feedback
where workspace_id = %s and left_issue_id is not null and right_issue_id is not null and withdrawn_at is null
order by made_at, feedback_id
"""

SELECT_CORRECTIONS_DIGEST = """
select md5(coalesce(string_agg(correction_id, ',' order by correction_id), '')) as digest
from (
    select constraint_id::text as correction_id
    from detect.constraint_in_force where workspace_id = %(workspace_id)s
    union all
    select feedback_id::text from detect.pattern_feedback
    where workspace_id = %(workspace_id)s and withdrawn_at is null
) as corrections
"""

SELECT_NEW_ACTS = """
select distinct on (pattern_id) pattern_id::text, act
from detect.constraint_in_force
where workspace_id = %(workspace_id)s and act is not null and pattern_id is not null
  and made_at > (select grouped_at from detect.grouping_state where workspace_id = %(workspace_id)s)
order by pattern_id, made_at desc
"""

COUNT_BROKEN_CONSTRAINTS = """
select count(*) as broken
from detect.constraint_in_force as c
join detect.pattern_member as l on l.workspace_id = c.workspace_id and l.issue_id = c.left_issue_id
join detect.pattern_member as r on r.workspace_id = c.workspace_id and r.issue_id = c.right_issue_id
where c.workspace_id = %s and (c.kind = 'must') <> (l.pattern_id = r.pattern_id)
"""


def read_constraints(
    session: Session, workspace_id: UUID, columns: pl.Schema = CONSTRAINT_SCHEMA
) -> pl.DataFrame:
    """Which issues users linked (`must`) or unlinked (`cannot`) and did not withdraw, oldest first."""
    return session.read(SELECT_CONSTRAINTS, (workspace_id,), schema=columns)


def read_feedback(session: Session, workspace_id: UUID, columns: pl.Schema = FEEDBACK_SCHEMA) -> pl.DataFrame:
    """Users' answers to whether two issues belong together, oldest first."""
    return session.read(SELECT_FEEDBACK, (workspace_id,), schema=columns)


def digest_corrections(session: Session, workspace_id: UUID) -> str:
    """A digest of the links, unlinks and feedback in force; they are immutable, so their ids suffice."""
    row = session.row(SELECT_CORRECTIONS_DIGEST, {"workspace_id": workspace_id})
    return str(row["digest"]) if row else ""


def read_new_acts(session: Session, workspace_id: UUID) -> dict[str, str]:
    """Pattern id → what people last did since it was grouped: link, unlink, merge or split."""
    rows = session.rows(SELECT_NEW_ACTS, {"workspace_id": workspace_id})
    return {row["pattern_id"]: row["act"] for row in rows}


def count_broken_constraints(session: Session, workspace_id: UUID) -> int:
    """How many links or unlinks the stored patterns violate: must be 0."""
    row = session.row(COUNT_BROKEN_CONSTRAINTS, (workspace_id,))
    return int(row["broken"]) if row else 0
