"""What is to be found out about patterns, what people found, and the patterns that nothing explains."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.advice_frames import INVESTIGATION_STATE_SCHEMA
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.database.session import Session

SELECT_INVESTIGATION_STATES = """
select investigation_id, pattern_id, kind, status, result, note
from act.investigation
where workspace_id = %s
order by decided_at desc nulls last, investigation_id
"""

# One that was decided is evidence, and kept; an open one that is no longer offered is of no use.
UPDATE_UNPLACED = """
update act.investigation set place = null
where workspace_id = %s and not investigation_id = any (%s::uuid[]) and place is not null and status <> 'open'
"""

DELETE_UNPLACED = """
delete from act.investigation
where workspace_id = %s and not investigation_id = any (%s::uuid[]) and status = 'open'
"""

UPSERT_UNEXPLAINED = """
insert into act.unexplained_patterns (workspace_id, pattern_ids, traits, endings, computed_at)
values (%s, %s::uuid[], %s, %s, %s)
on conflict (workspace_id) do update
    set pattern_ids = excluded.pattern_ids, traits = excluded.traits, endings = excluded.endings,
        computed_at = excluded.computed_at
"""


def read_investigation_states(
    session: Session, workspace_id: UUID, columns: pl.Schema = INVESTIGATION_STATE_SCHEMA
) -> pl.DataFrame:
    """The stored investigations with what people found, the latest decision first."""
    return session.read(SELECT_INVESTIGATION_STATES, (workspace_id,), schema=columns)


def write_investigations(
    session: Session, workspace_id: UUID, investigations: pl.DataFrame, computed_at: datetime
) -> None:
    """Replace what is open now, without touching what people decided."""
    ids = investigations["investigation_id"].to_list()
    rows = investigations.with_columns(
        workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at).cast(INSTANT)
    )
    session.execute(UPDATE_UNPLACED, (workspace_id, ids))
    session.execute(DELETE_UNPLACED, (workspace_id, ids))
    session.upsert("act.investigation", rows, key=["workspace_id", "investigation_id"], keep=["status"])


def write_unexplained(
    session: Session,
    workspace_id: UUID,
    pattern_ids: Sequence[str],
    traits: Sequence[str],
    endings: Sequence[str],
    computed_at: datetime,
) -> None:
    """Store the patterns that nothing explains, what they share, and what ended some of them before."""
    values = (workspace_id, list(pattern_ids), list(traits), list(endings), computed_at)
    session.execute(UPSERT_UNEXPLAINED, values)
