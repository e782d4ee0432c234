"""How the issues of patterns ended: what is to be read, and what was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.advice_frames import ENDING_SCHEMA
from causeloop_pipeline.storage.database.session import Session

READ_PER_PATTERN = 50  # the latest of a pattern tell what works; older ones tell of another system

# The newest version of an issue's record says how it ended. Between two full runs only what came or was
# updated lately is looked at: an issue that ends is updated.
SELECT_UNREAD = """
select
    i.issue_id::text as issue_id, i.body, i.attributes, i.resolved_at as ended_at,
    i.source_updated_at as read_until,
    greatest(extract(epoch from i.resolved_at - i.source_created_at), 0)::bigint as took_seconds, r.payload
from (
    select n.*, row_number() over (partition by n.pattern_id order by n.resolved_at desc, n.issue_id) as place
    from core.issue as n
    where n.workspace_id = %(workspace_id)s and greatest(n.source_updated_at, n.ingested_at) >= %(since)s
        and n.pattern_id is not null and n.resolved_at is not null
) as i
left join act.ending as e on e.workspace_id = i.workspace_id and e.issue_id = i.issue_id
left join lateral (
    select v.payload
    from raw.record as v
    where v.workspace_id = i.workspace_id and v.source = i.source and v.external_id = i.external_id
        and v.site = i.site
    order by v.source_updated_at desc nulls last, v.received_at desc
    limit 1
) as r on true
where i.place <= %(per_pattern)s
    and (e.issue_id is null or e.read_until is distinct from i.source_updated_at
         or e.ended_at is distinct from i.resolved_at)
order by i.issue_id
limit %(most)s
"""

SELECT_LAST_READ = "select max(read_until) as last from act.ending where workspace_id = %s"

DELETE_REOPENED = """
delete from act.ending as e
using core.issue as i
where e.workspace_id = %(workspace_id)s and i.workspace_id = e.workspace_id and i.issue_id = e.issue_id
    and i.resolved_at is null
"""

SELECT_REPORTED_ENDINGS = """
select pattern_id::text as pattern_id, issue_id::text as issue_id, ended_at, returned_at, action, phrase
from act.reported_endings(%s, %s::uuid[])
"""


def read_last_reading(session: Session, workspace_id: UUID) -> datetime | None:
    """The latest update of an issue up to which endings were read; None before the first time."""
    row = session.row(SELECT_LAST_READ, (workspace_id,))
    return row["last"] if row else None


def read_unread_endings(
    session: Session, workspace_id: UUID, since: datetime, most: int
) -> list[dict[str, Any]]:
    """The ended issues of patterns, updated since then, whose ending was not read yet, with their record."""
    parameters = {"workspace_id": workspace_id, "since": since, "per_pattern": READ_PER_PATTERN, "most": most}
    return session.rows(SELECT_UNREAD, parameters)


def write_endings(session: Session, workspace_id: UUID, endings: Sequence[dict[str, Any]]) -> None:
    """Store what was read, and delete the endings of issues that are open again."""
    session.execute(DELETE_REOPENED, {"workspace_id": workspace_id})
    if endings:
        rows = pl.DataFrame(endings, schema=ENDING_SCHEMA).with_columns(
            workspace_id=pl.lit(str(workspace_id))
        )
        session.upsert("act.ending", rows, key=["workspace_id", "issue_id"])


def read_reported_endings(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str]
) -> list[dict[str, Any]]:
    """The endings of some patterns' failures that say what was done, and when each pattern began again."""
    return session.rows(SELECT_REPORTED_ENDINGS, (workspace_id, list(pattern_ids)))
