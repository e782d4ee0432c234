"""Notes when a connector's feed broke and when it was repaired, for the notifications of both."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0113"
down_revision = "0112"

SQL = """
create table app.feed_outage (
    workspace_id uuid not null,
    connector_id uuid not null,
    broke_at     timestamptz not null,
    reason       text not null,
    repaired_at  timestamptz,
    primary key (workspace_id, connector_id, broke_at),
    foreign key (workspace_id, connector_id) references app.connector on delete cascade
);
comment on table app.feed_outage is
    'When a connector''s feed broke, why, and when it was repaired: triggers note it.';
create index open_feed_outages on app.feed_outage (workspace_id, connector_id) where repaired_at is null;
select app.isolate('app.feed_outage');
select app.admit_maintenance('app.feed_outage');
grant insert, update on app.feed_outage to causeloop_api;
create trigger note_finished_sync after insert or update of status on app.sync_run
    for each row when (new.status <> 'running') execute function app.note_sync_result();
create trigger note_changed_status after update of status on app.connector
    for each row when (new.status <> old.status) execute function app.note_connector_status();

insert into app.feed_outage (workspace_id, connector_id, broke_at, reason)
select c.workspace_id, c.connector_id, coalesce(r.finished_at, c.updated_at),
    coalesce(c.status_reason, r.error, 'Its sync failed')
from app.connector as c
left join lateral (
    select s.status, s.finished_at, s.error
    from app.sync_run as s
    where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.finished_at is not null
    order by s.started_at desc
    limit 1
) as r on true
where c.status = 'error' or (c.status = 'active' and r.status = 'failed');
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
