"""Says what each column of the stored records is, which Dagster shows on the page of every tool."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0130"
down_revision = "0131"

SQL = """
comment on column raw.record.workspace_id is 'Whose record it is.';
comment on column raw.record.record_id is 'The id of this version of the record.';
comment on column raw.record.source is 'The type of the connector that it is of, such as pagerduty.';
comment on column raw.record.external_id is 'The id that the tool gave the record.';
comment on column raw.record.kind is 'Which of the tool''s lists it is of.';
comment on column raw.record.connector_id is 'The connector that brought it; null: none, or it is gone.';
comment on column raw.record.payload is 'The record as the tool sent it.';
comment on column raw.record.payload_hash is 'By which a version that was stored before is recognized.';
comment on column raw.record.source_updated_at is 'When the tool last changed the record; null: not stated.';
comment on column raw.record.received_at is 'When it arrived.';
"""


def upgrade() -> None:
    """Describe the columns."""
    run_sql(SQL)
