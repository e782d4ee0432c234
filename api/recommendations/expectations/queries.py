"""Stores and withdraws what must stay true after a fix."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase

MAX_EXPECTATIONS = 50

INSERT_EXPECTATION = """
insert into act.expectation (
    workspace_id, recommendation_id, kind, pattern_id, service, job, most, until, made_by
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

SELECT_COUNT = """
select count(*) from act.expectation where recommendation_id = $1 and withdrawn_at is null
"""

UPDATE_WITHDRAWN_AT = """
update act.expectation set withdrawn_at = now()
where recommendation_id = $1 and expectation_id = $2 and withdrawn_at is null
returning true
"""


async def count_expectations(db: WorkspaceDatabase, recommendation_id: UUID) -> int:
    """How many expectations of a recommendation are in force."""
    return int(await db.transaction.fetchval(SELECT_COUNT, recommendation_id))


async def add_expectation(
    db: WorkspaceDatabase, recommendation_id: UUID, new: Mapping[str, Any], actor: str
) -> None:
    """Store what must stay true."""
    values = (new[name] for name in ("kind", "pattern_id", "service", "job", "most", "until"))
    await db.transaction.execute(INSERT_EXPECTATION, db.workspace_id, recommendation_id, *values, actor)


async def withdraw_expectation(db: WorkspaceDatabase, recommendation_id: UUID, expectation_id: UUID) -> bool:
    """Withdraw an expectation; False if there is no such one in force."""
    return bool(await db.transaction.fetchval(UPDATE_WITHDRAWN_AT, recommendation_id, expectation_id))
