"""Deploys, releases and configuration changes, as evidence of what triggers a pattern."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

SINCE = """
select changed_at, kind, service, title
from core.change
where workspace_id = %s and changed_at >= %s
order by changed_at, change_id
"""

CHANGES = pl.Schema(
    {
        "changed_at": pl.Datetime("us", "UTC"),
        "kind": pl.String(),
        "service": pl.String(),
        "title": pl.String(),
    }
)


def read_changes(session: Session, workspace_id: UUID, since: datetime) -> pl.DataFrame:
    """What was changed since a moment, oldest first; a change without a service is one of everything."""
    return session.read(SINCE, (workspace_id, since), schema=CHANGES)
