"""The status `in_loop` of issues, which follows what is true of their patterns."""

from collections.abc import Sequence
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.database.session import Session

# An open issue is in the loop while its pattern is open. Statuses of people and tools stay.
UPDATE_IN_LOOP = """
update core.issue as i
set status = case when p.status = 'resolved' then 'open' else 'in_loop' end
from detect.pattern as p
where i.workspace_id = %(workspace_id)s and p.workspace_id = i.workspace_id and p.pattern_id = i.pattern_id
  and (%(pattern_ids)s::uuid[] is null or p.pattern_id = any (%(pattern_ids)s::uuid[]))
  and i.status = case when p.status = 'resolved' then 'in_loop' else 'open' end
"""

SELECT_RECURRED = """
select pattern_id, resolved_at
from detect.pattern
where workspace_id = %s and status = 'resolved' and last_seen_at > resolved_at and last_seen_at <= now()
order by pattern_id
"""

RECURRED_SCHEMA = pl.Schema({"pattern_id": pl.String(), "resolved_at": INSTANT})

REOPEN_PATTERNS = """
update detect.pattern
set status = 'active', reopened_at = last_seen_at
where workspace_id = %s and status = 'resolved' and pattern_id = any (%s::uuid[])
"""


def update_in_loop(session: Session, workspace_id: UUID, pattern_ids: Sequence[UUID] | None = None) -> int:
    """Bring `in_loop` up to date for the issues of all patterns or of some; returns how many changed."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": None if pattern_ids is None else list(pattern_ids),
    }
    return session.execute(UPDATE_IN_LOOP, parameters)


def read_recurred_patterns(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The resolved patterns that have occurred again since: frame(pattern_id, resolved_at)."""
    return session.read(SELECT_RECURRED, (workspace_id,), schema=RECURRED_SCHEMA)


def reopen_patterns(session: Session, workspace_id: UUID, pattern_ids: Sequence[str]) -> int:
    """Reopen these patterns, with their issues; returns how many."""
    reopened = session.execute(REOPEN_PATTERNS, (workspace_id, list(pattern_ids)))
    update_in_loop(session, workspace_id, [UUID(pattern_id) for pattern_id in pattern_ids])
    return reopened
