alter table app.sync_run
    add column reads_from       timestamptz,
    add column oldest_record_at timestamptz,
    add column newest_record_at timestamptz;
comment on column app.sync_run.reads_from is 'Since when the past is read, in a sync before the first that succeeded; null in all others.';
comment on column app.sync_run.oldest_record_at is 'The oldest time of a record that the sync has landed so far.';
comment on column app.sync_run.newest_record_at is 'The newest time of a record that the sync has landed so far.';
create index backfills_of_connector on app.sync_run (workspace_id, connector_id) where reads_from is not null;
