alter table app.connector add column failed_syncs integer not null default 0 check (failed_syncs >= 0);
comment on column app.connector.failed_syncs is 'Syncs in a row that failed; each doubles the wait for the next one.';
