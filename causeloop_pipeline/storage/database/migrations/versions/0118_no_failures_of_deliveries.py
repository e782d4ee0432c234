"""Counts what deliveries held that is no failure, and finds by connector which records turned out so."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0118"
down_revision = "0114"

SQL = """
alter table raw.delivery add column no_failures jsonb not null default '{}';
comment on column raw.delivery.no_failures is
    'Why entries were no failures and were not landed, and how many.';
create index no_failures_of_connector on raw.mapped_record
    (workspace_id, connector_id, received_at, no_failure)
where no_failure is not null;
"""


def upgrade() -> None:
    """Add a column and an index."""
    run_sql(SQL)
