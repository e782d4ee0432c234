"""Deploys, releases and configuration changes, which are evidence of what triggers a pattern."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CHANGE_SCHEMA
from causeloop_pipeline.storage.database.session import Session

SELECT_CHANGES = """
select changed_at, kind, service, title
from core.change
where workspace_id = %s and changed_at >= %s
order by changed_at, change_id
"""


def read_changes(
    session: Session, workspace_id: UUID, since: datetime, columns: pl.Schema = CHANGE_SCHEMA
) -> pl.DataFrame:
    """The changes since a moment, oldest first; one without a service changed everything."""
    return session.read(SELECT_CHANGES, (workspace_id, since), schema=columns)
