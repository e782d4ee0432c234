"""What may show that a provider caused an occurrence: incidents of its status page, and people's marks."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.database.session import Session

# A status page is a provider's where its connector says so; maintenance or a mere notice is not an incident.
# One that is never closed counts until a day after its last news.
SELECT_INCIDENTS = """
select btrim(c.config ->> 'provider') as provider,
       array(select jsonb_array_elements_text(
           case when jsonb_typeof(c.config -> 'services') = 'array' then c.config -> 'services' else '[]' end
       )) as services,
       o.started_at, coalesce(o.ended_at, i.resolved_at, i.source_updated_at + interval '1 day') as ended_at
from app.connector as c
join core.issue as i on i.workspace_id = c.workspace_id and i.connector_id = c.connector_id
join core.occurrence as o on o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
where c.workspace_id = %s and btrim(c.config ->> 'provider') <> ''
  and i.severity <> 'p4' and i.attributes -> 'scheduled_for' is null
order by o.started_at, i.issue_id
"""

INCIDENT_SCHEMA = pl.Schema(
    {
        "provider": pl.String(),
        "services": pl.List(pl.String()),
        "started_at": INSTANT,
        "ended_at": INSTANT,
    }
)

SELECT_MARKS = """
select distinct on (issue_id) issue_id, provider, marked_at
from core.provider_mark
where workspace_id = %s and withdrawn_at is null
order by issue_id, mark_id desc
"""

MARK_SCHEMA = pl.Schema({"issue_id": pl.String(), "provider": pl.String(), "marked_at": INSTANT})

SELECT_DESCRIBED_OCCURRENCES = """
select i.pattern_id, i.issue_id, o.started_at as occurred_at, i.service,
       concat_ws(' ', i.title, i.error_type, left(i.body, 4000)) as text
from core.issue as i
join core.occurrence as o using (workspace_id, issue_id)
where i.workspace_id = %s and i.pattern_id = any (%s::uuid[])
"""

DESCRIBED_OCCURRENCE_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),
        "issue_id": pl.String(),
        "occurred_at": INSTANT,
        "service": pl.String(),
        "text": pl.String(),
    }
)


def read_provider_incidents(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The incidents of the status pages that the workspace's connectors state to be a provider's."""
    return session.read(SELECT_INCIDENTS, (workspace_id,), schema=INCIDENT_SCHEMA)


def read_provider_marks(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The newest mark of each issue that a person marked, and did not take back."""
    return session.read(SELECT_MARKS, (workspace_id,), schema=MARK_SCHEMA)


def read_described_occurrences(session: Session, workspace_id: UUID, pattern_ids: pl.Series) -> pl.DataFrame:
    """Each occurrence of these patterns, with the texts of its issue."""
    parameters = (workspace_id, pattern_ids.unique().sort().to_list())
    return session.read(SELECT_DESCRIBED_OCCURRENCES, parameters, schema=DESCRIBED_OCCURRENCE_SCHEMA)
