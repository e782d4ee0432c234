"""Counts what is pushed to connectors, and knows those that are only pushed to."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0101"
down_revision = "0100"

SQL = """
-- What was pushed to a connector: what each delivery became, and what was refused, several in a row as one.
create table raw.delivery (
    workspace_id uuid not null references app.workspace on delete cascade,
    delivery_key uuid not null default uuidv7(),
    connector_id uuid not null,
    received_at  timestamptz not null default now(),
    deliveries   integer not null default 1,
    records      integer not null default 0,
    changed      integer not null default 0,
    quarantined  integer not null default 0,
    refused_for  text,
    primary key (workspace_id, delivery_key)
);
comment on table raw.delivery is
    'Deliveries to webhooks, for 30 days: what each held and how much of it was news, or why it was refused.';
create index deliveries_of_connector on raw.delivery (workspace_id, connector_id, received_at desc);
select app.isolate('raw.delivery');
grant insert on raw.delivery to causeloop_api;

alter table app.connector add column is_push_only boolean not null default false;
comment on column app.connector.is_push_only is
    'Whether the tool only pushes: nothing is polled, and nothing that polling needs is missing.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
